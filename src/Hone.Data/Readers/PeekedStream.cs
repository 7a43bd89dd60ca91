namespace Hone.Data.Readers;

/// <summary>
/// A stream whose beginning was looked at: it tells the first byte of the text and still gives all of it, but for a byte order
/// mark. Pipes cannot be wound back, so what was read is kept and given again.
/// </summary>
internal sealed class PeekedStream : Stream
{
    /// <summary>So far the text is searched; JSON that begins behind this much white space is read as lines.</summary>
    private const int PeekedBytes = 1 << 16;

    private readonly Stream rest;
    private readonly byte[] head = new byte[PeekedBytes];
    private readonly int filled;
    private int position;

    /// <summary>Reads as much as it takes to know the first byte.</summary>
    public PeekedStream(Stream source)
    {
        rest = source;
        while (filled < head.Length)
        {
            var read = source.Read(head, filled, head.Length - filled);
            filled += read;
            if (filled < 3 && read > 0) continue;
            position = head.AsSpan(0, filled).StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? 3 : 0;
            var text = head.AsSpan(position, filled - position).TrimStart(" \t\r\n"u8);
            if (text.Length > 0) FirstByte = text[0];
            if (text.Length > 0 || read == 0) break;
        }
    }

    /// <summary>The first byte that is neither white space nor a byte order mark; −1 when there is none.</summary>
    public int FirstByte { get; } = -1;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (position == filled) return rest.Read(buffer);
        var count = Math.Min(buffer.Length, filled - position);
        head.AsSpan(position, count).CopyTo(buffer);
        position += count;
        return count;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
