namespace Hone.Text.Tokenizers.Splitting;

/// <summary>Cuts around the occurrences of a text.</summary>
internal sealed class TextSplitter(string pattern, SplitBehavior behavior, bool invert) : PatternSplitter(behavior, invert)
{
    private protected override void FindAll(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        if (pattern.Length == 0) return;
        var from = 0;
        for (int at; (at = text[from..].IndexOf(pattern, StringComparison.Ordinal)) >= 0; from += at + pattern.Length)
            matches.Add((from + at, from + at + pattern.Length));
    }
}
