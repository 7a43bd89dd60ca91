using System.Numerics;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Runtime;

/// <summary>Arguments in the order of a function's parameters.</summary>
internal readonly struct BoundArguments(string function, object?[] values)
{
    public static readonly object Missing = new();

    /// <summary>The argument, null (None) when it was not given.</summary>
    public object? this[int index] => Has(index) ? values[index] : null;

    public bool Has(int index) => !ReferenceEquals(values[index], Missing);

    public string? TextOrNone(int index) => this[index] switch
    {
        null => null,
        string text => text,
        var other => throw Mismatch("a string", other),
    };

    public string Text(int index) => TextOrNone(index) ?? throw Mismatch("a string", null);

    /// <summary>The argument as an integer that fits an int; values beyond are clamped, as good as infinite here.</summary>
    public int Integer(int index, int fallback) => Has(index) ? IntegerOf(this[index]) : fallback;

    public int? IntegerOrNone(int index) => this[index] is null ? null : IntegerOf(this[index]);

    public bool Truth(int index, bool fallback) => Has(index) ? PythonTruth.Of(this[index]) : fallback;

    private int IntegerOf(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long number => (int)Math.Clamp(number, int.MinValue, int.MaxValue),
        BigInteger big => big.Sign < 0 ? int.MinValue : int.MaxValue,
        _ => throw Mismatch("an integer", value),
    };

    private TemplateFailure Mismatch(string expected, object? found) =>
        new($"{function}() wants {expected}, not '{TypeNames.Of(found)}'");
}
