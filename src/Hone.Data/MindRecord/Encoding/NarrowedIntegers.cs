using System.Buffers;
using System.Buffers.Binary;

namespace Hone.Data.MindRecord.Encoding;

/// <summary>
/// Integer arrays of format 3.0: the number of elements (4 bytes, big-endian), two bits for each element's width (1, 2, 4 or
/// 8 bytes, the first element in the highest bits), and the elements, little-endian and signed.
/// </summary>
internal static class NarrowedIntegers
{
    private const int CountSize = 4;

    /// <summary>The elements, as <c>int[]</c> or <c>long[]</c>.</summary>
    /// <exception cref="InvalidDataException">The bytes are fewer or more than the elements take, or an element does not fit the type.</exception>
    public static T[] Decode<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        if (bytes.Length < CountSize) throw new InvalidDataException("a narrowed array is cut off");
        var count = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var widthBytes = (count + 3L) / 4;
        if (CountSize + widthBytes + count > bytes.Length) throw new InvalidDataException($"a narrowed array claims {count} elements and has {bytes.Length} bytes");
        var widths = bytes[CountSize..];
        var data = bytes[(int)(CountSize + widthBytes)..];
        var values = new T[count];
        for (var i = 0; i < values.Length; i++)
        {
            var width = 1 << ((widths[i >> 2] >> (6 - (2 * (i & 3)))) & 3);
            if (width > data.Length) throw new InvalidDataException("a narrowed array is cut off");
            var value = width switch
            {
                1 => (sbyte)data[0],
                2 => BinaryPrimitives.ReadInt16LittleEndian(data),
                4 => BinaryPrimitives.ReadInt32LittleEndian(data),
                _ => BinaryPrimitives.ReadInt64LittleEndian(data),
            };
            values[i] = T.CreateTruncating(value);
            if (long.CreateTruncating(values[i]) != value) throw new InvalidDataException($"element {i} is {value}, too large for its type");
            data = data[width..];
        }

        return data.IsEmpty ? values : throw new InvalidDataException($"{data.Length} bytes follow a narrowed array");
    }

    /// <summary>Appends the elements, each in the fewest bytes.</summary>
    public static void Encode<T>(ReadOnlySpan<T> values, IBufferWriter<byte> output)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        var widthBytes = (values.Length + 3) / 4;
        var bytes = output.GetSpan(CountSize + widthBytes + (8 * values.Length));
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)values.Length);
        var widths = bytes.Slice(CountSize, widthBytes);
        widths.Clear();
        var end = CountSize + widthBytes;
        for (var i = 0; i < values.Length; i++)
        {
            var value = long.CreateTruncating(values[i]);
            var code = value == (sbyte)value ? 0 : value == (short)value ? 1 : value == (int)value ? 2 : 3;
            widths[i >> 2] |= (byte)(code << (6 - (2 * (i & 3))));
            // The bytes of larger numbers lie behind those that count, where the next element overwrites them.
            BinaryPrimitives.WriteInt64LittleEndian(bytes[end..], value);
            end += 1 << code;
        }

        output.Advance(end);
    }
}
