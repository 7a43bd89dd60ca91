using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>Python's <c>iter</c>, <c>len</c> and <c>in</c>.</summary>
internal static class Iteration
{
    public static bool IsIterable(object? value) =>
        value is string or SequenceValue or DictValue or RangeValue or Undefined or LoopValue;

    /// <summary>The items to walk over, as a list that nobody else changes unless the value is that list itself.</summary>
    public static List<object?> Items(Rendering rendering, object? value)
    {
        switch (value)
        {
            case SequenceValue sequence:
                rendering.Charge(sequence.Items.Count);
                return sequence.Walk();
            case string text:
                rendering.Charge(text.Length);
                return CodePoints.Split(text);
            case DictValue dict:
                rendering.Charge(dict.Count);
                return [.. dict.Keys];
            case RangeValue range:
                rendering.Charge(range.Count);
                return [.. Enumerable.Range(0, range.Count).Select(i => (object?)range[i])];
            case Undefined:
                return [];
            default:
                throw new TemplateFailure($"'{TypeNames.Of(value)}' object is not iterable");
        }
    }

    public static int Length(Rendering rendering, object? value)
    {
        if (value is string text) rendering.ChargeText(text.Length);
        return LengthOrNone(value) ?? throw new TemplateFailure($"object of type '{TypeNames.Of(value)}' has no len()");
    }

    public static int? LengthOrNone(object? value) => value switch
    {
        string text => CodePoints.Count(text),
        SequenceValue { IsGenerator: false } sequence => sequence.Items.Count,
        DictValue dict => dict.Count,
        RangeValue range => range.Count,
        LoopValue loop => loop.Length,
        Undefined => 0,
        _ => null,
    };

    public static bool Contains(Rendering rendering, object? container, object? item)
    {
        switch (container)
        {
            case string text:
                if (item is not string part)
                    throw new TemplateFailure($"'in <string>' requires string as left operand, not {TypeNames.Of(item)}");
                rendering.ChargeText(text.Length);
                return text.Contains(part, StringComparison.Ordinal);
            case DictValue dict:
                rendering.ChargeKey(item);
                return dict.Contains(item);
            case SequenceValue or RangeValue:
                foreach (var candidate in Items(rendering, container))
                {
                    if (PythonEquality.AreEqual(rendering, candidate, item)) return true;
                }

                return false;
            case Undefined:
                return false;
            default:
                throw new TemplateFailure($"argument of type '{TypeNames.Of(container)}' is not iterable");
        }
    }
}
