using System.Text;

namespace Hone.Text.Tokenizers.Decoding;

/// <summary>Decoding where each token is some bytes of one UTF-8 stream.</summary>
internal sealed class ByteDecoding(byte[]?[] bytesOfId, Func<int, bool> isSkipped) : TokenDecoding
{
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();

    public override void Append(int id, StringBuilder output)
    {
        if ((uint)id < (uint)bytesOfId.Length && bytesOfId[id] is { } bytes && !isSkipped(id)) Convert(bytes, flush: false, output);
    }

    public override void Flush(StringBuilder output) => Convert([], flush: true, output);

    private void Convert(ReadOnlySpan<byte> bytes, bool flush, StringBuilder output)
    {
        Span<char> chars = stackalloc char[256];
        bool completed;
        do
        {
            _utf8.Convert(bytes, chars, flush, out var used, out var written, out completed);
            output.Append(chars[..written]);
            bytes = bytes[used..];
        }
        while (!completed);
    }
}
