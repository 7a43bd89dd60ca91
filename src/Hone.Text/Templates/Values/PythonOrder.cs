using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>Python's <c>&lt;</c>: numbers, texts by code point, lists and tuples item by item; anything else fails.</summary>
internal static class PythonOrder
{
    public static int Compare(Rendering rendering, object? a, object? b, string operation = "<", int depth = 0)
    {
        if (depth > Limits.ValueDepth) throw new TemplateFailure("values nest too deeply to be compared");
        rendering.Charge(1);
        if (a is string x && b is string y)
        {
            rendering.ChargeText(Math.Min(x.Length, y.Length));
            return CompareTexts(x, y);
        }

        if (Arithmetic.IsNumber(a) && Arithmetic.IsNumber(b)) return Arithmetic.Compare(a!, b!);
        if (a is SequenceValue { IsListOrTuple: true } s && b is SequenceValue t && s.Kind == t.Kind)
        {
            var common = Math.Min(s.Items.Count, t.Items.Count);
            for (var i = 0; i < common; i++)
            {
                if (!PythonEquality.AreEqual(rendering, s.Items[i], t.Items[i]))
                    return Compare(rendering, s.Items[i], t.Items[i], operation, depth + 1);
            }

            return s.Items.Count.CompareTo(t.Items.Count);
        }

        if (a is Undefined missing) throw missing.Failure();
        if (b is Undefined missingToo) throw missingToo.Failure();
        throw new TemplateFailure($"'{operation}' not supported between instances of '{TypeNames.Of(a)}' and '{TypeNames.Of(b)}'");
    }

    /// <summary>A stable sort; a comparison that fails leaves as it is.</summary>
    public static List<T> Sort<T>(List<T> items, Comparison<T> compare)
    {
        var (from, to) = (items.ToArray(), new T[items.Count]);
        for (var width = 1; width < from.Length; width *= 2)
        {
            for (var start = 0; start < from.Length; start += 2 * width)
                Merge(from, to, start, Math.Min(start + width, from.Length), Math.Min(start + (2 * width), from.Length), compare);
            (from, to) = (to, from);
        }

        return [.. from];
    }

    /// <summary>UTF-16 order differs from code point order only where one side has a surrogate and the other does not.</summary>
    private static int CompareTexts(string a, string b)
    {
        var at = a.AsSpan().CommonPrefixLength(b);
        if (at == a.Length || at == b.Length) return a.Length.CompareTo(b.Length);
        var (x, y) = (a[at], b[at]);
        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x.CompareTo(y) : char.IsSurrogate(x) ? 1 : -1;
    }

    private static void Merge<T>(T[] from, T[] to, int start, int middle, int end, Comparison<T> compare)
    {
        var (left, right) = (start, middle);
        for (var i = start; i < end; i++)
        {
            var takeLeft = left < middle && (right >= end || compare(from[left], from[right]) <= 0);
            to[i] = takeLeft ? from[left++] : from[right++];
        }
    }
}
