using System.Globalization;
using System.Numerics;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>Filters on numbers.</summary>
internal static class NumberFilters
{
    public static object? Absolute(Rendering rendering, object? value, Arguments arguments) => value switch
    {
        double number => Math.Abs(number),
        _ when Arithmetic.IsInteger(value) => Arithmetic.Normal(BigInteger.Abs(Arithmetic.ToBig(value!))),
        _ => throw new TemplateFailure($"bad operand type for abs(): '{TypeNames.Of(value)}'"),
    };

    public static object? Integer(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("int", 0, "default", "base");
        var fallback = bound.Has(0) ? bound[0] : 0L;
        switch (value)
        {
            case Undefined missing: throw missing.Failure();
            case double number: return double.IsFinite(number) ? Truncate(number) : fallback;
            case string text: return ParseInteger(text, bound.Integer(1, 10)) ?? (ParseFloat(text) is { } real && double.IsFinite(real) ? Truncate(real) : fallback);
            default: return Arithmetic.IsInteger(value) ? Arithmetic.Plus(value) : fallback;
        }
    }

    public static object? Float(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("float", 0, "default");
        var fallback = bound.Has(0) ? bound[0] : 0.0;
        return value switch
        {
            Undefined missing => throw missing.Failure(),
            string text => ParseFloat(text) ?? fallback,
            _ => Arithmetic.IsNumber(value) ? Arithmetic.ToDouble(value!) : fallback,
        };
    }

    public static object? Round(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("round", 0, "precision", "method");
        var (precision, method) = (bound.Integer(0, 0), bound.Has(1) ? bound.Text(1) : "common");
        if (method is not ("common" or "ceil" or "floor")) throw new TemplateFailure("method must be common, ceil or floor");
        if (!Arithmetic.IsNumber(value)) throw value is Undefined missing ? missing.Failure() : new TemplateFailure($"round() wants a number, not '{TypeNames.Of(value)}'");
        if (method == "common")
            return value is double number ? FloatText.Round(number, precision) : RoundInteger(Arithmetic.ToBig(value!), precision);
        var scale = Math.Pow(10, precision);
        var scaled = Arithmetic.ToDouble(value!) * scale;
        if (!double.IsFinite(scaled) || scale == 0) throw new TemplateFailure("round() can't do this number");
        return (method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / scale;
    }

    public static object? Sum(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("sum", 0, "attribute", "start");
        var path = new AttributePath(bound[0]);
        var sum = bound.Has(1) ? bound[1] : 0L;
        if (sum is string) throw new TemplateFailure("sum() can't sum strings");
        foreach (var item in Iteration.Items(rendering, value)) sum = Arithmetic.Add(rendering, sum, path.Of(rendering, item));
        return sum;
    }

    private static object Truncate(double number) => Arithmetic.Normal(new BigInteger(number));

    private static object RoundInteger(BigInteger value, int precision)
    {
        if (precision >= 0) return Arithmetic.Normal(value);
        if (precision < -Limits.IntegerDigits) return 0L;
        var unit = BigInteger.Pow(10, -precision);
        var quotient = BigInteger.DivRem(BigInteger.Abs(value), unit, out var rest);
        var twice = (rest * 2).CompareTo(unit);
        if (twice > 0 || (twice == 0 && !quotient.IsEven)) quotient++;
        return Arithmetic.Normal(quotient * unit * value.Sign);
    }

    private static object? ParseInteger(string text, int radix)
    {
        var digits = TextMethods.Trim(text, null, true, true);
        var negative = digits.StartsWith('-');
        if (negative || digits.StartsWith('+')) digits = digits[1..];
        if (radix is 16 or 2 or 8 && digits.Length > 1 && digits[0] == '0' && char.ToLowerInvariant(digits[1]) == (radix == 16 ? 'x' : radix == 2 ? 'b' : 'o'))
            digits = digits[2..];
        if (radix is < 2 or > 36 || !AreDigits(digits, radix)) return null;
        digits = digits.Replace("_", "");
        if (digits.Length > Limits.IntegerDigits) throw new TemplateFailure("a number has too many digits");
        var value = radix == 10
            ? BigInteger.Parse(digits, CultureInfo.InvariantCulture)
            : digits.Aggregate(BigInteger.Zero, (sum, c) => (sum * radix) + DigitOf(c));
        return Arithmetic.Normal(negative ? -value : value);
    }

    private static bool AreDigits(string text, int radix) => text.Length > 0 && text[0] != '_' && text[^1] != '_'
        && !text.Contains("__") && text.All(c => c == '_' || DigitOf(c) < radix);

    private static int DigitOf(char c) => char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : int.MaxValue;

    private static double? ParseFloat(string text)
    {
        var trimmed = TextMethods.Trim(text, null, true, true).ToLowerInvariant();
        switch (trimmed.TrimStart('+', '-'))
        {
            case "inf" or "infinity": return trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            case "nan": return double.NaN;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(trimmed, Style, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
