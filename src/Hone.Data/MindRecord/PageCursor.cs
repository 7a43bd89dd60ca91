using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Hone.Data.MindRecord;

/// <summary>Reads the rows of a stretch of a page one after the other, each with its length before it.</summary>
internal sealed class PageCursor(SafeFileHandle file)
{
    private const int LengthSize = 8;
    private const int SmallestRead = 1 << 16;

    private byte[] buffer = new byte[SmallestRead];
    private int position;
    private int filled;
    private long filledTo;
    private long end;

    /// <summary>Where the next row begins in the file.</summary>
    public long Offset => filledTo - (filled - position);

    /// <summary>Bytes of the stretch that are left.</summary>
    public long Left => end - Offset;

    /// <summary>Goes to another stretch.</summary>
    public void MoveTo(long start, long stop) => (position, filled, filledTo, end) = (0, 0, start, stop);

    /// <summary>The next row; valid until the next call.</summary>
    /// <exception cref="InvalidDataException">The row does not fit into its page.</exception>
    public ReadOnlySpan<byte> Next()
    {
        var start = Offset;
        if (Left < LengthSize) throw new InvalidDataException($"the page ends before a row that should begin at byte {start}");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(Take(LengthSize));
        if (length > (ulong)Left) throw new InvalidDataException($"the row at byte {start} claims {length} bytes, its page has {Left} left");
        return Take((int)length);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (filled - position < count) Fill(count);
        var taken = buffer.AsSpan(position, count);
        position += count;
        return taken;
    }

    private void Fill(int wanted)
    {
        var kept = filled - position;
        var target = buffer;
        if (wanted > buffer.Length) target = new byte[Math.Max(wanted, Math.Min(2L * buffer.Length, MindRecordHeader.MaxPageSize))];
        buffer.AsSpan(position, kept).CopyTo(target);
        (buffer, position, filled) = (target, 0, kept);
        while (filled < wanted)
        {
            var room = (int)Math.Min(buffer.Length - filled, end - filledTo);
            var read = RandomAccess.Read(file, buffer.AsSpan(filled, room), filledTo);
            if (read == 0) throw new InvalidDataException($"the file ends at byte {filledTo}, inside a page");
            filled += read;
            filledTo += read;
        }
    }
}
