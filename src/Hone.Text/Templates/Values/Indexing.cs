using System.Numerics;
using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>Python's <c>value[index]</c> and <c>value[start:stop:step]</c>.</summary>
internal static class Indexing
{
    /// <summary>The item, or false when there is none.</summary>
    public static bool TryGet(Rendering rendering, object? value, object? index, out object? item)
    {
        item = null;
        if (value is DictValue dict)
        {
            rendering.ChargeKey(index);
            return index is not (DictValue or SequenceValue { Kind: SequenceKind.List }) && dict.TryGet(index, out item);
        }

        if (index is bool flag) index = flag ? 1L : 0L;
        if (index is not long position || position is > int.MaxValue or < int.MinValue) return false;
        if (value is not (string or RangeValue or SequenceValue { IsListOrTuple: true })) return false;
        var length = Iteration.Length(rendering, value);
        if (position < 0) position += length;
        if (position < 0 || position >= length) return false;
        item = value switch
        {
            string text => CodePoints.At(text, CodePoints.OffsetOf(text, (int)position)),
            RangeValue range => range[(int)position],
            _ => ((SequenceValue)value).Items[(int)position],
        };
        return true;
    }

    public static object? Slice(Rendering rendering, object? value, object? start, object? stop, object? step)
    {
        if (value is Undefined missing) throw missing.Failure();
        if (value is not (string or RangeValue or SequenceValue { IsListOrTuple: true }))
            return new Undefined(value, null);
        var length = Iteration.Length(rendering, value);
        var (first, count, stride) = Resolve(Bound(start), Bound(stop), Bound(step) ?? 1, length);
        rendering.Charge(value is string ? 0 : count);
        switch (value)
        {
            case string text:
                return SliceText(rendering, text, first, count, stride);
            case RangeValue range:
                return new RangeValue(range.Start + (first * range.Step), range.Start + ((first + (count * stride)) * range.Step), range.Step * stride, (int)count);
            default:
                var sequence = (SequenceValue)value;
                var items = new List<object?>((int)count);
                for (var i = 0; i < count; i++) items.Add(sequence.Items[(int)(first + (i * stride))]);
                return new SequenceValue(items, sequence.Kind);
        }
    }

    private static string SliceText(Rendering rendering, string text, long first, long count, long stride)
    {
        rendering.Reserve(count);
        if (count == 0) return "";
        if (stride == 1)
        {
            var from = CodePoints.OffsetOf(text, (int)first);
            return CodePoints.HasSurrogates(text)
                ? text[from..CodePoints.OffsetOf(text, (int)(first + count))]
                : text.Substring(from, (int)count);
        }

        rendering.Charge(text.Length);
        var units = CodePoints.Split(text);
        return string.Concat(Enumerable.Range(0, (int)count).Select(i => (string?)units[(int)(first + (i * stride))]));
    }

    private static (long First, long Count, long Stride) Resolve(long? start, long? stop, long step, int length)
    {
        if (step == 0) throw new TemplateFailure("slice step cannot be zero");
        var (lowest, highest) = step > 0 ? (0L, (long)length) : (-1L, length - 1L);
        var from = Clamp(start, step > 0 ? lowest : highest, lowest, highest, length);
        var to = Clamp(stop, step > 0 ? highest : lowest, lowest, highest, length);
        var distance = step > 0 ? to - from : from - to;
        var size = Math.Abs(step);
        var count = distance <= 0 ? 0 : ((distance - 1) / size) + 1;
        return (from, count, count <= 1 ? Math.Sign(step) : step);
    }

    private static long Clamp(long? bound, long fallback, long lowest, long highest, int length)
    {
        if (bound is not { } value) return fallback;
        return Math.Clamp(value < 0 ? value + length : value, lowest, highest);
    }

    /// <summary>A bound of a slice; beyond 32 bits every bound means the same.</summary>
    private static long? Bound(object? value) => value switch
    {
        null => null,
        bool flag => flag ? 1 : 0,
        long number => Math.Clamp(number, int.MinValue, int.MaxValue),
        BigInteger big => big.Sign < 0 ? int.MinValue : int.MaxValue,
        _ => throw new TemplateFailure("slice indices must be integers or None"),
    };
}
