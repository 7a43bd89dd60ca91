namespace Hone.Data.Readers;

/// <summary>Splits a stream of bytes at line feeds without holding more than one line.</summary>
internal sealed class LineReader(Stream stream, int maxLineBytes) : IDisposable
{
    private readonly byte[] chunk = new byte[1 << 16];
    private readonly MemoryStream line = new();
    private int position;
    private int filled;
    private bool ended;

    /// <summary>The next line without its line feed; valid until the next call. False at the end.</summary>
    /// <param name="result">The line, cut off when it is too long.</param>
    /// <param name="tooLong">Whether it was longer than allowed; the rest of it is skipped.</param>
    public bool Next(out ReadOnlyMemory<byte> result, out bool tooLong)
    {
        line.SetLength(0);
        tooLong = false;
        result = default;
        if (ended) return false;
        while (true)
        {
            if (position == filled)
            {
                (position, filled) = (0, stream.Read(chunk));
                if (filled == 0)
                {
                    ended = true;
                    result = line.GetBuffer().AsMemory(0, (int)line.Length);
                    return line.Length > 0 || tooLong;
                }
            }

            var rest = chunk.AsSpan(position, filled - position);
            var end = rest.IndexOf((byte)'\n');
            var part = end < 0 ? rest : rest[..end];
            if (line.Length + part.Length > maxLineBytes) tooLong = true;
            else line.Write(part);
            position += part.Length + (end < 0 ? 0 : 1);
            if (end < 0) continue;
            result = line.GetBuffer().AsMemory(0, (int)line.Length);
            return true;
        }
    }

    public void Dispose() => line.Dispose();
}
