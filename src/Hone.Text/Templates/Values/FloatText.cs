using System.Globalization;
using System.Numerics;
using System.Text;

namespace Hone.Text.Templates.Values;

/// <summary>Floats as Python prints and rounds them.</summary>
internal static class FloatText
{
    /// <summary>The shortest digits that read back as the same number; an exponent below 1e-4 and from 1e16.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        if (value == 0) return double.IsNegative(value) ? "-0.0" : "0.0";
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var sign = value < 0 ? "-" : "";
        var (digits, exponent) = DigitsOf(shortest);
        if (exponent is < -4 or >= 16) return sign + Scientific(digits, exponent);
        if (exponent < 0) return sign + "0." + new string('0', -exponent - 1) + digits;
        return exponent + 1 >= digits.Length
            ? sign + digits.PadRight(exponent + 1, '0') + ".0"
            : sign + digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    /// <summary>A fixed number of decimals, exact ties to the even digit as in Python.</summary>
    public static string Fixed(double value, int decimals)
    {
        var digits = BigInteger.Abs(Scaled(value, decimals)).ToString(CultureInfo.InvariantCulture);
        var sign = double.IsNegative(value) ? "-" : "";
        if (decimals <= 0) return sign + digits + (digits == "0" ? "" : new string('0', -decimals));
        digits = digits.PadLeft(decimals + 1, '0');
        return sign + digits[..^decimals] + "." + digits[^decimals..];
    }

    /// <summary>Python's <c>round(value, decimals)</c>.</summary>
    public static double Round(double value, int decimals)
    {
        if (!double.IsFinite(value) || decimals > 330) return value;
        return decimals < -330 ? 0 : double.Parse(Fixed(value, decimals), CultureInfo.InvariantCulture);
    }

    /// <summary>value × 10^decimals as a whole number, half to even, from the exact value of the float.</summary>
    private static BigInteger Scaled(double value, int decimals)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = bits & 0xFFFFFFFFFFFFF;
        if (exponent == 0) exponent++;
        else mantissa |= 1L << 52;
        exponent -= 1075;
        BigInteger numerator = mantissa;
        var denominator = BigInteger.One;
        if (exponent > 0) numerator <<= exponent;
        else denominator <<= -exponent;
        if (decimals > 0) numerator *= BigInteger.Pow(10, decimals);
        else denominator *= BigInteger.Pow(10, -decimals);
        var whole = BigInteger.DivRem(numerator, denominator, out var rest);
        var twice = (rest * 2).CompareTo(denominator);
        if (twice > 0 || (twice == 0 && !whole.IsEven)) whole++;
        return bits < 0 ? -whole : whole;
    }

    private static (string Digits, int Exponent) DigitsOf(string shortest)
    {
        var text = shortest.TrimStart('-');
        var exponent = 0;
        var at = text.IndexOf('E');
        if (at >= 0)
        {
            exponent = int.Parse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..at];
        }

        var point = text.IndexOf('.');
        var whole = point < 0 ? text.Length : point;
        var digits = point < 0 ? text : text.Remove(point, 1);
        var zeros = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), exponent + whole - zeros - 1);
    }

    private static string Scientific(string digits, int exponent)
    {
        var text = new StringBuilder().Append(digits[0]);
        if (digits.Length > 1) text.Append('.').Append(digits, 1, digits.Length - 1);
        return text.Append('e').Append(exponent < 0 ? '-' : '+').Append(Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)).ToString();
    }
}
