using System.IO.Compression;

namespace Hone.Data.Readers.Compression;

/// <summary>
/// Decompresses gzip and notices when the end is missing. <see cref="GZipStream"/> takes the end of a file that was cut off for
/// the end of the data, so a member with known content is put behind the file: whole members before it let it come out whole,
/// and a cut one swallows it.
/// </summary>
internal sealed class WholeGzipStream : ReadOnlyStream
{
    private static readonly byte[] Seal = [.. Guid.Parse("6f1c9e52-35d7-4c8b-9a04-b7d2e8f36a19").ToByteArray()];
    private static readonly byte[] SealMember = Compress(Seal);

    private readonly GZipStream plain;
    private readonly byte[] chunk = new byte[1 << 16];
    private int position;
    private int filled;
    private bool ended;

    /// <summary>Wraps a stream that begins with a gzip member.</summary>
    public WholeGzipStream(Stream source) => plain = new GZipStream(new SealedStream(source), CompressionMode.Decompress);

    /// <exception cref="InvalidDataException">The data is damaged, or its end is missing.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (!ended && filled - position <= Seal.Length) Fill();
        var count = Math.Min(buffer.Length, filled - position - (ended ? 0 : Seal.Length));
        chunk.AsSpan(position, count).CopyTo(buffer);
        position += count;
        return count;
    }

    private void Fill()
    {
        chunk.AsSpan(position, filled - position).CopyTo(chunk);
        (position, filled) = (0, filled - position);
        var read = plain.Read(chunk, filled, chunk.Length - filled);
        filled += read;
        if (read > 0) return;
        ended = true;
        if (!chunk.AsSpan(0, filled).EndsWith(Seal)) throw new InvalidDataException("the gzip data is cut off, or something else follows it");
        filled -= Seal.Length;
    }

    private static byte[] Compress(byte[] content)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.NoCompression, leaveOpen: true)) gzip.Write(content);
        return result.ToArray();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) plain.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>A stream with the known member behind it.</summary>
    private sealed class SealedStream(Stream source) : ReadOnlyStream
    {
        private int position = -1;

        public override int Read(Span<byte> buffer)
        {
            if (buffer.IsEmpty) return 0;
            if (position < 0 && source.Read(buffer) is > 0 and var read) return read;
            position = Math.Max(position, 0);
            var count = Math.Min(buffer.Length, SealMember.Length - position);
            SealMember.AsSpan(position, count).CopyTo(buffer);
            position += count;
            return count;
        }
    }
}
