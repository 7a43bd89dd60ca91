namespace Hone.Text.Tokenizers.Normalization;

/// <summary>Puts a text in front of every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public override bool TryNormalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        if (text.IsEmpty || prefix.Length == 0) return false;
        output.Append(prefix);
        output.Append(text);
        return true;
    }
}
