using System.Buffers.Binary;
using System.Numerics;

namespace Hone.Data.Readers.Compression.Zstd;

/// <summary>Reads bits from the end of a buffer to its beginning; above the first bit stands a one that marks where they begin.</summary>
internal ref struct BackwardBits
{
    private readonly ReadOnlySpan<byte> bytes;

    public BackwardBits(ReadOnlySpan<byte> bytes)
    {
        this.bytes = bytes;
        if (bytes.IsEmpty || bytes[^1] == 0) throw new InvalidDataException("the zstd data is damaged: a bit stream has no end");
        Remaining = (bytes.Length * 8) - 1 - (BitOperations.LeadingZeroCount(bytes[^1]) - 24);
    }

    /// <summary>Bits that are left; negative when more were read than there are.</summary>
    public int Remaining { get; private set; }

    public int Read(int count)
    {
        var value = Peek(count);
        Remaining -= count;
        return value;
    }

    /// <summary>The next bits (31 at most), as if zeros stood before the beginning.</summary>
    public readonly int Peek(int count)
    {
        var start = Remaining - count;
        if (start >= 0) return (int)((Load(start >> 3) >> (start & 7)) & ((1ul << count) - 1));
        return Remaining <= 0 || -start >= 32 ? 0 : (int)((Load(0) & ((1ul << Remaining) - 1)) << -start);
    }

    public void Skip(int count) => Remaining -= count;

    private readonly ulong Load(int index)
    {
        if (index + 8 <= bytes.Length) return BinaryPrimitives.ReadUInt64LittleEndian(bytes[index..]);
        var value = 0ul;
        for (var i = bytes.Length - 1; i >= index; i--) value = (value << 8) | bytes[i];
        return value;
    }
}
