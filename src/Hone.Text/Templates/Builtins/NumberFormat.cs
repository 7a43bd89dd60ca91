using System.Globalization;
using System.Numerics;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>Numbers in the presentations of Python's format strings.</summary>
internal static class NumberFormat
{
    private const int MostDecimals = 500;

    /// <summary>The digits of a number without its sign, in one of the types <c>d x X o b e E f F g G %</c>.</summary>
    public static string Digits(object number, char type, int? precision, bool grouped, bool alternate)
    {
        if (precision > MostDecimals) throw new TemplateFailure("the precision of a format is too big");
        var text = type switch
        {
            'd' or 'i' or 'u' => BigInteger.Abs(Integer(number, type)).ToString(CultureInfo.InvariantCulture),
            'x' or 'X' or 'o' or 'b' => Radix(BigInteger.Abs(Integer(number, type)), type, alternate),
            'e' or 'E' => Scientific(Math.Abs(Arithmetic.ToDouble(number)), precision ?? 6, type),
            'g' or 'G' => General(Math.Abs(Arithmetic.ToDouble(number)), precision ?? 6, type),
            '%' => Fixed(Math.Abs(Arithmetic.ToDouble(number)) * 100, precision ?? 6) + "%",
            'f' or 'F' => Fixed(Math.Abs(Arithmetic.ToDouble(number)), precision ?? 6),
            _ => throw new TemplateFailure($"unknown format code '{type}'"),
        };
        return grouped ? Group(text) : text;
    }

    public static bool IsNegative(object number) => number is double real
        ? double.IsNegative(real) && !double.IsNaN(real)
        : Arithmetic.ToBig(number).Sign < 0;

    private static BigInteger Integer(object number, char type) => Arithmetic.IsInteger(number)
        ? Arithmetic.ToBig(number)
        : throw new TemplateFailure($"unknown format code '{type}' for object of type 'float'");

    private static string Fixed(double number, int precision) =>
        double.IsFinite(number) ? FloatText.Fixed(number, precision) : FloatText.Repr(number);

    private static string Radix(BigInteger number, char type, bool alternate)
    {
        var digits = type switch
        {
            'x' or 'X' => number.ToString("x", CultureInfo.InvariantCulture),
            'b' => number.ToString("b", CultureInfo.InvariantCulture),
            _ => Octal(number),
        };
        digits = digits.TrimStart('0').PadLeft(1, '0');
        var text = alternate ? "0" + char.ToLowerInvariant(type) + digits : digits;
        return type == 'X' ? text.ToUpperInvariant() : text;
    }

    private static string Octal(BigInteger number)
    {
        var digits = new List<char>();
        for (; !number.IsZero; number >>= 3) digits.Add((char)('0' + (int)(number & 7)));
        digits.Reverse();
        return string.Concat(digits);
    }

    private static string Scientific(double number, int precision, char type)
    {
        if (!double.IsFinite(number)) return FloatText.Repr(number);
        var text = number.ToString((type == 'E' ? "E" : "e") + precision, CultureInfo.InvariantCulture);
        var sign = text.LastIndexOfAny(['+', '-']);
        return text[..(sign + 1)] + text[(sign + 1)..].TrimStart('0').PadLeft(2, '0');
    }

    private static string General(double number, int precision, char type)
    {
        if (!double.IsFinite(number)) return FloatText.Repr(number);
        precision = Math.Max(1, precision);
        var scientific = Scientific(number, precision - 1, type == 'G' ? 'E' : 'e');
        var mark = scientific.LastIndexOfAny(['e', 'E']);
        var exponent = int.Parse(scientific.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (number == 0) exponent = 0;
        return exponent < -4 || exponent >= precision
            ? TrimZeros(scientific[..mark]) + scientific[mark..]
            : TrimZeros(FloatText.Fixed(number, precision - 1 - exponent));
    }

    private static string TrimZeros(string digits) => digits.Contains('.') ? digits.TrimEnd('0').TrimEnd('.') : digits;

    private static string Group(string text)
    {
        var end = text.AsSpan().IndexOfAny(".e%");
        var whole = end < 0 ? text : text[..end];
        for (var at = whole.Length - 3; at > 0; at -= 3) whole = whole.Insert(at, ",");
        return end < 0 ? whole : whole + text[end..];
    }
}
