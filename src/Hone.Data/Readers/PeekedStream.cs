namespace Hone.Data.Readers;

/// <summary>
/// A stream whose beginning was looked at: it tells the first byte of the text and still gives all of it, but for a byte order
/// mark. Pipes cannot be wound back, so what was read is kept and given again.
/// </summary>
internal sealed class PeekedStream : ReadOnlyStream
{
    /// <summary>So far the text is searched; JSON that begins behind this much white space is read as lines.</summary>
    private const int PeekedBytes = 1 << 16;

    /// <summary>The longest mark that formats begin with.</summary>
    private const int SignatureBytes = 6;

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
            if (filled < SignatureBytes && read > 0) continue;
            position = head.AsSpan(0, filled).StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? 3 : 0;
            var text = head.AsSpan(position, filled - position).TrimStart(" \t\r\n"u8);
            if (text.Length > 0) FirstByte = text[0];
            if (text.Length > 0 || read == 0) break;
        }
    }

    /// <summary>The first byte that is neither white space nor a byte order mark; −1 when there is none.</summary>
    public int FirstByte { get; } = -1;

    /// <summary>What was looked at and is not read yet; at least six bytes where there are so many.</summary>
    public ReadOnlySpan<byte> Head => head.AsSpan(position, filled - position);

    public override int Read(Span<byte> buffer)
    {
        if (position == filled) return rest.Read(buffer);
        var count = Math.Min(buffer.Length, filled - position);
        head.AsSpan(position, count).CopyTo(buffer);
        position += count;
        return count;
    }
}
