using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>Filters on sequences.</summary>
internal static class SequenceFilters
{
    public static object? First(Rendering rendering, object? value, Arguments arguments)
    {
        if (value is string { Length: > 0 } text) return CodePoints.At(text, 0);
        var items = Iteration.Items(rendering, value);
        return items.Count > 0 ? items[0] : new Undefined("No first item, sequence was empty.");
    }

    public static object? Last(Rendering rendering, object? value, Arguments arguments)
    {
        if (value is SequenceValue { IsGenerator: true }) throw new TemplateFailure("'generator' object is not reversible");
        var items = Iteration.Items(rendering, value);
        return items.Count > 0 ? items[^1] : new Undefined("No last item, sequence was empty.");
    }

    public static object? Join(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("join", 0, "d", "attribute");
        var path = new AttributePath(bound[1]);
        var separator = bound.Has(0) ? PythonText.Str(rendering, bound[0]) : "";
        var texts = Iteration.Items(rendering, value).Select(item => (object?)PythonText.Str(rendering, path.Of(rendering, item)));
        return TextMethods.Join(rendering, separator, new SequenceValue([.. texts]));
    }

    public static object? Items(Rendering rendering, object? value, Arguments arguments) => value switch
    {
        DictValue dict => DictMethods.Items(rendering, dict, SequenceKind.Generator),
        Undefined => new SequenceValue([], SequenceKind.Generator),
        _ => throw new TemplateFailure("can only get item pairs from a mapping"),
    };

    public static object? Reverse(Rendering rendering, object? value, Arguments arguments)
    {
        if (value is string text) return Indexing.Slice(rendering, text, null, null, -1L);
        List<object?> items = [.. Iteration.Items(rendering, value)];
        items.Reverse();
        return new SequenceValue(items, SequenceKind.Generator);
    }

    public static object? Batch(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("batch", 1, "linecount", "fill_with");
        var size = Math.Max(1, bound.Integer(0, 1));
        var batches = Iteration.Items(rendering, value).Chunk(size).Select(chunk => new List<object?>(chunk)).ToList();
        if (batches.Count > 0 && bound[1] is { } fill) Fill(rendering, batches[^1], fill, size - batches[^1].Count);
        return new SequenceValue([.. batches.Select(batch => new SequenceValue(batch))], SequenceKind.Generator);
    }

    public static object? Slice(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("slice", 1, "slices", "fill_with");
        var (items, count) = (Iteration.Items(rendering, value), bound.Integer(0, 1));
        if (count <= 0) throw new TemplateFailure("slice() wants a positive number of slices");
        rendering.Charge(count);
        var (size, longer) = Math.DivRem(items.Count, count);
        var slices = new List<object?>();
        var start = 0;
        for (var i = 0; i < count; i++)
        {
            var slice = items.GetRange(start, size + (i < longer ? 1 : 0));
            start += slice.Count;
            if (i >= longer && bound[1] is { } fill) slice.Add(fill);
            slices.Add(new SequenceValue(slice));
        }

        return new SequenceValue(slices, SequenceKind.Generator);
    }

    private static void Fill(Rendering rendering, List<object?> list, object fill, int count)
    {
        if (count > Limits.RepeatedItems) throw new TemplateFailure("the template makes too long a list");
        rendering.Charge(count);
        list.AddRange(Enumerable.Repeat<object?>(fill, count));
    }
}
