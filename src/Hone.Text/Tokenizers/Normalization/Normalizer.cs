namespace Hone.Text.Tokenizers.Normalization;

/// <summary>One step that rewrites text before it is split into tokens.</summary>
internal abstract class Normalizer
{
    /// <summary>Writes the rewritten text to an empty buffer; false, with the buffer untouched, when nothing changes.</summary>
    public abstract bool TryNormalize(ReadOnlySpan<char> text, CharBuffer output);

    /// <summary>The rewritten text as a string.</summary>
    public string Normalize(string text)
    {
        var output = new CharBuffer();
        return TryNormalize(text, output) ? output.Span.ToString() : text;
    }
}
