using System.Buffers.Binary;

namespace Hone.Data.Readers.Parquet.Values;

/// <summary>Numbers of any width in bits, lowest bit first, and varints; always within the bytes there are.</summary>
internal static class BitReader
{
    /// <summary>Reads <paramref name="width"/> bits (64 at most) from bit <paramref name="position"/> on.</summary>
    public static ulong Read(ReadOnlySpan<byte> bytes, long position, int width)
    {
        if (width == 0) return 0;
        if (position + width > bytes.Length * 8L) throw TooShort();
        var (index, shift) = ((int)(position >> 3), (int)(position & 7));
        var value = Load(bytes, index) >> shift;
        if (shift + width > 64) value |= (ulong)bytes[index + 8] << (64 - shift);
        return width == 64 ? value : value & ((1ul << width) - 1);
    }

    /// <summary>Reads a number in groups of seven bits and moves behind it.</summary>
    public static ulong Varint(ReadOnlySpan<byte> bytes, ref int position)
    {
        var value = 0ul;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (position >= bytes.Length) throw TooShort();
            var part = bytes[position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw TooShort();
    }

    /// <summary>The same for numbers of either sign.</summary>
    public static long ZigZag(ReadOnlySpan<byte> bytes, ref int position)
    {
        var value = Varint(bytes, ref position);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public static InvalidDataException TooShort() => new("a page is shorter than what it says it holds");

    private static ulong Load(ReadOnlySpan<byte> bytes, int index)
    {
        if (index + 8 <= bytes.Length) return BinaryPrimitives.ReadUInt64LittleEndian(bytes[index..]);
        var value = 0ul;
        for (var i = bytes.Length - 1; i >= index; i--) value = (value << 8) | bytes[i];
        return value;
    }
}
