namespace Hone.Data.Readers;

/// <summary>A stream that keeps what was read of it since a place, so that reading can go on from there again.</summary>
internal sealed class RewindableStream(Stream source) : ReadOnlyStream
{
    private byte[] kept = new byte[1 << 16];
    private long keptFrom;
    private int filled;
    private int given;

    /// <summary>Makes room: nobody will go back to a place before this one.</summary>
    /// <param name="place">In bytes from the beginning.</param>
    public void Forget(long place)
    {
        var count = (int)(place - keptFrom);
        // Moved only when half of it goes, so that many short rows cost no more than their bytes.
        if (count <= kept.Length / 2) return;
        kept.AsSpan(count, filled - count).CopyTo(kept);
        (keptFrom, filled, given) = (place, filled - count, given - count);
    }

    /// <summary>Goes back to a place that is not forgotten.</summary>
    /// <param name="place">In bytes from the beginning.</param>
    public void Rewind(long place) => given = checked((int)(place - keptFrom));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (given == filled)
        {
            if (filled == kept.Length) Array.Resize(ref kept, 2 * filled);
            filled += source.Read(kept.AsSpan(filled));
        }

        var count = Math.Min(buffer.Length, filled - given);
        kept.AsSpan(given, count).CopyTo(buffer);
        given += count;
        return count;
    }
}
