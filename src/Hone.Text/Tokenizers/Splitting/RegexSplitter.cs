namespace Hone.Text.Tokenizers.Splitting;

/// <summary>Cuts around the matches of a regular expression.</summary>
internal sealed class RegexSplitter(UnicodeRegex regex, SplitBehavior behavior, bool invert) : PatternSplitter(behavior, invert)
{
    private protected override void FindAll(ReadOnlySpan<char> text, List<(int Start, int End)> matches) => regex.FindAll(text, matches);
}
