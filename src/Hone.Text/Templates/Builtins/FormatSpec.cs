using System.Globalization;
using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Builtins;

/// <summary>What stands behind the colon of a format field: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
internal sealed record FormatSpec(
    string Fill, char? Alignment, char Sign, bool Alternate, int Width, bool Grouped, int? Precision, char Type)
{
    public static FormatSpec Parse(string spec)
    {
        var at = 0;
        var (fill, alignment) = (" ", (char?)null);
        if (spec.Length > 1 && IsAlignment(spec[1])) (fill, alignment, at) = (spec[..1], spec[1], 2);
        else if (IsAlignment(spec[0])) (alignment, at) = (spec[0], 1);
        var sign = at < spec.Length && spec[at] is '+' or '-' or ' ' ? spec[at++] : '-';
        var alternate = Take(spec, ref at, '#');
        if (Take(spec, ref at, '0') && alignment is null) (fill, alignment) = ("0", '=');
        var width = Number(spec, ref at) ?? 0;
        var grouped = Take(spec, ref at, ',');
        int? precision = Take(spec, ref at, '.') ? Number(spec, ref at) ?? throw Malformed() : null;
        var type = at < spec.Length ? spec[at++] : '\0';
        if (at < spec.Length) throw Malformed();
        return new FormatSpec(fill, alignment, sign, alternate, width, grouped, precision, type);
    }

    /// <summary>Reads a width or precision, null when there is none.</summary>
    public static int? Number(string spec, ref int at)
    {
        var start = at;
        while (at < spec.Length && char.IsAsciiDigit(spec[at])) at++;
        if (at == start) return null;
        return at - start <= 8 ? int.Parse(spec.AsSpan(start, at - start), CultureInfo.InvariantCulture) : throw Malformed();
    }

    private static bool IsAlignment(char c) => c is '<' or '>' or '^' or '=';

    private static bool Take(string spec, ref int at, char wanted)
    {
        if (at >= spec.Length || spec[at] != wanted) return false;
        at++;
        return true;
    }

    private static TemplateFailure Malformed() => new("a format string is malformed");
}
