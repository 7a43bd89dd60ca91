namespace Hone.Text.Tokenizers.Normalization;

/// <summary>Replaces every occurrence of a text.</summary>
internal sealed class ReplaceNormalizer(string pattern, string content) : Normalizer
{
    public override bool TryNormalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        var at = text.IndexOf(pattern, StringComparison.Ordinal);
        if (at < 0 || pattern.Length == 0) return false;
        for (; at >= 0; at = text.IndexOf(pattern, StringComparison.Ordinal))
        {
            output.Append(text[..at]);
            output.Append(content);
            text = text[(at + pattern.Length)..];
        }

        output.Append(text);
        return true;
    }
}
