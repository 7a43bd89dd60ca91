using System.Globalization;
using System.Numerics;
using System.Text;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Syntax;

/// <summary>Numbers and quoted texts inside tags, written as in Python.</summary>
internal static class Literals
{
    public static object ReadNumber(string source, ref int at)
    {
        var start = at;
        if (source[at] == '0' && at + 1 < source.Length && RadixOf(source[at + 1]) is var radix and > 0)
        {
            at += 2;
            SkipDigits(source, ref at, radix);
            var digits = source[(start + 2)..at].Replace("_", "");
            if (digits.Length is 0 or > 3000) throw new TemplateSyntaxException("not a number", start);
            return Arithmetic.Normal(digits.Aggregate(BigInteger.Zero, (sum, c) => (sum * radix) + Convert.ToInt32(c.ToString(), 16)));
        }

        SkipDigits(source, ref at, 10);
        var isFloat = SkipFraction(source, ref at) | SkipExponent(source, ref at);
        var text = source[start..at].Replace("_", "");
        if (isFloat) return double.Parse(text, CultureInfo.InvariantCulture);
        if (text.Length > Limits.IntegerDigits) throw new TemplateSyntaxException("a number has too many digits", start);
        return Arithmetic.Normal(BigInteger.Parse(text, CultureInfo.InvariantCulture));
    }

    /// <summary>Reads a quoted text; <paramref name="at"/> is on its opening quote and ends behind the closing one.</summary>
    public static string ReadText(string source, ref int at)
    {
        var start = at;
        var quote = source[at++];
        var end = source.IndexOf(quote, at);
        var escape = source.IndexOf('\\', at);
        if (end >= 0 && (escape < 0 || escape > end))
        {
            var plain = source[at..end];
            at = end + 1;
            return plain;
        }

        var text = new StringBuilder();
        while (at < source.Length)
        {
            var c = source[at++];
            if (c == quote) return text.ToString();
            if (c != '\\') text.Append(c);
            else if (at < source.Length) ReadEscape(source, ref at, text);
        }

        throw new TemplateSyntaxException("a quoted text is not closed", start);
    }

    private static void ReadEscape(string source, ref int at, StringBuilder text)
    {
        var c = source[at++];
        const string Letters = "\\'\"abfnrtv";
        const string Meanings = "\\'\"\a\b\f\n\r\t\v";
        var index = Letters.IndexOf(c);
        if (index >= 0) text.Append(Meanings[index]);
        else if (c is 'x' or 'u' or 'U') AppendHex(source, ref at, c == 'x' ? 2 : c == 'u' ? 4 : 8, text);
        else if (c is >= '0' and <= '7') AppendOctal(source, ref at, text);
        else if (c != '\n') text.Append('\\').Append(c);
    }

    private static void AppendHex(string source, ref int at, int digits, StringBuilder text)
    {
        if (at + digits > source.Length
            || !uint.TryParse(source.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code > 0x10FFFF)
        {
            throw new TemplateSyntaxException("an escape in a quoted text is malformed", at - 2);
        }

        at += digits;
        if (code < 0x10000) text.Append((char)code);
        else text.Append(char.ConvertFromUtf32((int)code));
    }

    private static void AppendOctal(string source, ref int at, StringBuilder text)
    {
        var code = source[at - 1] - '0';
        for (var i = 0; i < 2 && at < source.Length && source[at] is >= '0' and <= '7'; i++) code = (code * 8) + source[at++] - '0';
        text.Append((char)code);
    }

    private static int RadixOf(char c) => c switch
    {
        'x' or 'X' => 16,
        'o' or 'O' => 8,
        'b' or 'B' => 2,
        _ => 0,
    };

    private static void SkipDigits(string source, ref int at, int radix)
    {
        while (at < source.Length && (IsDigit(source[at], radix) || (source[at] == '_' && at + 1 < source.Length && IsDigit(source[at + 1], radix)))) at++;
    }

    private static bool IsDigit(char c, int radix) => radix == 16 ? char.IsAsciiHexDigit(c) : c >= '0' && c < '0' + radix;

    /// <summary>A point counts only with a digit behind it: <c>items.0.name</c> is no float.</summary>
    private static bool SkipFraction(string source, ref int at)
    {
        if (at + 1 >= source.Length || source[at] != '.' || !char.IsAsciiDigit(source[at + 1])) return false;
        at++;
        SkipDigits(source, ref at, 10);
        return true;
    }

    private static bool SkipExponent(string source, ref int at)
    {
        if (at >= source.Length || source[at] is not ('e' or 'E')) return false;
        var digit = at + 1 < source.Length && source[at + 1] is '+' or '-' ? at + 2 : at + 1;
        if (digit >= source.Length || !char.IsAsciiDigit(source[digit])) return false;
        at = digit;
        SkipDigits(source, ref at, 10);
        return true;
    }
}
