using System.Globalization;
using System.Numerics;

namespace Hone.Data.Readers;

/// <summary>Writes decimals of binary formats as JSON numbers, every digit kept.</summary>
internal static class DecimalText
{
    private const int MaxScale = 1000;

    /// <summary>A whole number with the point moved.</summary>
    /// <param name="digits">The digits.</param>
    /// <param name="scale">Digits behind the point.</param>
    public static string Of(BigInteger digits, long scale)
    {
        if (scale is < 0 or > MaxScale) throw new InvalidDataException($"a decimal has {scale} digits behind the point");
        var text = BigInteger.Abs(digits).ToString(CultureInfo.InvariantCulture).PadLeft((int)scale + 1, '0');
        if (scale > 0) text = text.Insert(text.Length - (int)scale, ".");
        return digits.Sign < 0 ? "-" + text : text;
    }
}
