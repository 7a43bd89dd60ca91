using System.Text;

namespace Hone.Text.Tokenizers;

/// <summary>
/// Decodes ids as they are generated. A character whose bytes are spread over several tokens appears when it is complete;
/// the pieces together are what <see cref="Tokenizer.Decode"/> gives for all ids. Not for use by several threads.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly TokenDecoding _decoding;
    private readonly StringBuilder _text = new();

    internal StreamingDecoder(TokenDecoding decoding) => _decoding = decoding;

    /// <summary>Takes the next id; returns the text that is now certain, often empty.</summary>
    public string Append(int id)
    {
        _text.Clear();
        _decoding.Append(id, _text);
        return _text.ToString();
    }

    /// <summary>Ends the text: returns what was held back. The decoder can be used for a new text afterwards.</summary>
    public string Flush()
    {
        _text.Clear();
        _decoding.Flush(_text);
        return _text.ToString();
    }
}
