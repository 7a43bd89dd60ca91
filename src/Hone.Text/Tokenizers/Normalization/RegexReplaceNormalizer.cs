using Hone.Text.Tokenizers.Splitting;

namespace Hone.Text.Tokenizers.Normalization;

/// <summary>Replaces every match of a regular expression.</summary>
internal sealed class RegexReplaceNormalizer(UnicodeRegex regex, string content) : Normalizer
{
    public override bool TryNormalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        var matches = new List<(int Start, int End)>();
        regex.FindAll(text, matches);
        if (matches.Count == 0) return false;
        var from = 0;
        foreach (var (start, end) in matches)
        {
            output.Append(text[from..start]);
            output.Append(content);
            from = end;
        }

        output.Append(text[from..]);
        return true;
    }
}
