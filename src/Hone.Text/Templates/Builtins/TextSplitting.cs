using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>Cutting texts into pieces.</summary>
internal static class TextSplitting
{
    public static object? Split(Rendering rendering, string text, Arguments arguments)
    {
        var bound = arguments.Bind("split", 0, "sep", "maxsplit");
        var (separator, most) = (bound.TextOrNone(0), bound.Integer(1, -1));
        if (most < 0) most = int.MaxValue;
        if (separator is null) return Pieces(rendering, OnSpace(text, most));
        if (separator.Length == 0) throw new TemplateFailure("empty separator");
        return Pieces(rendering, [.. text.Split(separator, most == int.MaxValue ? most : most + 1)]);
    }

    public static object? SplitFromRight(Rendering rendering, string text, Arguments arguments)
    {
        var bound = arguments.Bind("rsplit", 0, "sep", "maxsplit");
        var (separator, most) = (bound.TextOrNone(0), bound.Integer(1, -1));
        if (most < 0) most = int.MaxValue;
        if (separator is null) return Pieces(rendering, OnSpaceFromRight(text, most));
        if (separator.Length == 0) throw new TemplateFailure("empty separator");
        var pieces = new List<string>();
        var end = text.Length;
        for (; most > 0 && end >= separator.Length; most--)
        {
            var at = text.AsSpan(0, end).LastIndexOf(separator);
            if (at < 0) break;
            pieces.Add(text[(at + separator.Length)..end]);
            end = at;
        }

        pieces.Add(text[..end]);
        pieces.Reverse();
        return Pieces(rendering, pieces);
    }

    public static object? SplitLines(Rendering rendering, string text, Arguments arguments) =>
        Pieces(rendering, Lines(text, arguments.Bind("splitlines", 0, "keepends").Truth(0, false)));

    public static object? Partition(Rendering rendering, string text, Arguments arguments, bool last)
    {
        var separator = arguments.Bind("partition", 1, "sep").Text(0);
        if (separator.Length == 0) throw new TemplateFailure("empty separator");
        rendering.Reserve(text.Length);
        var at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        List<object?> parts = at >= 0
            ? [text[..at], separator, text[(at + separator.Length)..]]
            : last ? ["", "", text] : [text, "", ""];
        return new SequenceValue(parts, SequenceKind.Tuple);
    }

    /// <summary>Lines as Python's <c>splitlines</c> sees them; a line break at the end makes no further line.</summary>
    public static List<string> Lines(string text, bool keepEnds)
    {
        var lines = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029')) continue;
            var end = text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? i + 2 : i + 1;
            lines.Add(text[start..(keepEnds ? end : i)]);
            start = end;
            i = end - 1;
        }

        if (start < text.Length) lines.Add(text[start..]);
        return lines;
    }

    private static SequenceValue Pieces(Rendering rendering, List<string> pieces)
    {
        rendering.Charge(pieces.Count);
        rendering.Reserve(pieces.Sum(piece => (long)piece.Length));
        return new SequenceValue([.. pieces]);
    }

    private static List<string> OnSpace(string text, int most)
    {
        var pieces = new List<string>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && CodePoints.IsSpace(text[at])) at++;
            if (at == text.Length) return pieces;
            var start = at;
            if (pieces.Count == most)
            {
                pieces.Add(text[start..]);
                return pieces;
            }

            while (at < text.Length && !CodePoints.IsSpace(text[at])) at++;
            pieces.Add(text[start..at]);
        }
    }

    private static List<string> OnSpaceFromRight(string text, int most)
    {
        var pieces = new List<string>();
        var at = text.Length;
        while (true)
        {
            while (at > 0 && CodePoints.IsSpace(text[at - 1])) at--;
            if (at == 0) break;
            var end = at;
            while (at > 0 && (pieces.Count == most || !CodePoints.IsSpace(text[at - 1]))) at--;
            pieces.Add(text[at..end]);
        }

        pieces.Reverse();
        return pieces;
    }
}
