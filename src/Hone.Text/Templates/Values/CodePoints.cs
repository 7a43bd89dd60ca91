namespace Hone.Text.Templates.Values;

/// <summary>Texts as Python counts them: in code points, although they are stored as UTF-16.</summary>
internal static class CodePoints
{
    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(c => ((char)c).ToString())];

    public static bool HasSurrogates(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');

    public static int Count(string text)
    {
        if (!HasSurrogates(text)) return text.Length;
        var count = 0;
        for (var at = 0; at < text.Length; at += WidthAt(text, at)) count++;
        return count;
    }

    /// <summary>The UTF-16 offset of a code point.</summary>
    public static int OffsetOf(string text, int index)
    {
        if (!HasSurrogates(text)) return index;
        var at = 0;
        for (; index > 0; index--) at += WidthAt(text, at);
        return at;
    }

    /// <summary>The index of the code point at a UTF-16 offset.</summary>
    public static int IndexOf(string text, int offset) => HasSurrogates(text) ? Count(text[..offset]) : offset;

    public static string At(string text, int offset) =>
        text[offset] < 128 ? Ascii[text[offset]] : text.Substring(offset, WidthAt(text, offset));

    public static List<object?> Split(string text)
    {
        var items = new List<object?>(text.Length);
        for (var at = 0; at < text.Length; at += WidthAt(text, at)) items.Add(At(text, at));
        return items;
    }

    /// <summary>Python's white space, which has four control characters that .NET's lacks.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    private static int WidthAt(string text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
}
