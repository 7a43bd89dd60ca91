namespace Hone.Text.Tokenizers.Normalization;

/// <summary>Removes white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override bool TryNormalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        var stripped = text;
        if (left) stripped = stripped.TrimStart();
        if (right) stripped = stripped.TrimEnd();
        if (stripped.Length == text.Length) return false;
        output.Append(stripped);
        return true;
    }
}
