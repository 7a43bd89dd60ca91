using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>Filters that sort or compare. Texts compare without regard to case unless the template asks otherwise.</summary>
internal static class OrderFilters
{
    public static object? Sort(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("sort", 0, "reverse", "case_sensitive", "attribute");
        AttributePath[] paths = bound[2] is string several
            ? [.. several.Split(',').Select(path => new AttributePath(path))]
            : [new AttributePath(bound[2])];
        var keyed = Iteration.Items(rendering, value)
            .Select(item => (Key: (object?)new SequenceValue([.. paths.Select(path => Key(rendering, path.Of(rendering, item), bound.Truth(1, false)))]), Item: item)).ToList();
        return new SequenceValue(Sorted(rendering, keyed, bound.Truth(0, false)));
    }

    public static object? SortDict(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("dictsort", 0, "case_sensitive", "by", "reverse");
        if (value is not DictValue dict) throw value is Undefined missing ? missing.Failure() : new TemplateFailure("dictsort wants a mapping");
        var by = bound.Has(1) ? bound.Text(1) : "key";
        if (by is not ("key" or "value")) throw new TemplateFailure("You can only sort by either \"key\" or \"value\"");
        rendering.Charge(dict.Count);
        var keyed = dict.Pairs
            .Select(pair => (Key(rendering, by == "key" ? pair.Key : pair.Value, bound.Truth(0, false)), (object?)SequenceValue.Pair(pair.Key, pair.Value))).ToList();
        return new SequenceValue(Sorted(rendering, keyed, bound.Truth(2, false)));
    }

    /// <summary>The smallest item for sign 1, the greatest for −1; the first of equals.</summary>
    public static object? Extreme(Rendering rendering, object? value, Arguments arguments, int sign)
    {
        var bound = arguments.Bind(sign > 0 ? "min" : "max", 0, "case_sensitive", "attribute");
        var path = new AttributePath(bound[1]);
        object? best = new Undefined("No aggregated item, sequence was empty.");
        object? bestKey = null;
        var first = true;
        foreach (var item in Iteration.Items(rendering, value))
        {
            var key = Key(rendering, path.Of(rendering, item), bound.Truth(0, false));
            if (!first && sign * PythonOrder.Compare(rendering, key, bestKey) >= 0) continue;
            (best, bestKey, first) = (item, key, false);
        }

        return best;
    }

    public static object? Unique(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("unique", 0, "case_sensitive", "attribute");
        var path = new AttributePath(bound[1]);
        var seen = new DictValue();
        var unique = new List<object?>();
        foreach (var item in Iteration.Items(rendering, value))
        {
            var key = Key(rendering, path.Of(rendering, item), bound.Truth(0, false));
            rendering.ChargeKey(key);
            if (seen.Contains(key)) continue;
            seen.Set(key, null);
            unique.Add(item);
        }

        return new SequenceValue(unique, SequenceKind.Generator);
    }

    public static object? GroupBy(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("groupby", 1, "attribute", "default", "case_sensitive");
        var path = new AttributePath(bound[0]);
        var keyed = Iteration.Items(rendering, value)
            .Select(item => (Key: Key(rendering, path.Of(rendering, item, bound[1]), bound.Truth(2, false)), Item: item)).ToList();
        var groups = new List<object?>();
        List<object?>? members = null;
        object? last = null;
        foreach (var (key, item) in PythonOrder.Sort(keyed, (a, b) => PythonOrder.Compare(rendering, a.Key, b.Key)))
        {
            if (members is null || !PythonEquality.AreEqual(rendering, key, last))
            {
                members = [];
                groups.Add(new SequenceValue([path.Of(rendering, item, bound[1]), new SequenceValue(members)], SequenceKind.Tuple));
            }

            members.Add(item);
            last = key;
        }

        return new SequenceValue(groups);
    }

    private static object? Key(Rendering rendering, object? value, bool caseSensitive) =>
        value is string text && !caseSensitive ? rendering.Made(text.ToLowerInvariant()) : value;

    private static List<object?> Sorted(Rendering rendering, List<(object? Key, object? Item)> keyed, bool descending)
    {
        var sign = descending ? -1 : 1;
        return [.. PythonOrder.Sort(keyed, (a, b) => sign * PythonOrder.Compare(rendering, a.Key, b.Key)).Select(pair => pair.Item)];
    }
}
