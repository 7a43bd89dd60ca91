using System.Buffers.Binary;

namespace Hone.Data.MindRecord.Index;

/// <summary>A row of an SQLite table or index as it lies in a page: the types of all values, then the values.</summary>
internal sealed class SqliteRecord
{
    private const byte Zero = 8;
    private const byte One = 9;

    private readonly List<byte> types = [];
    private readonly List<byte> values = [];

    /// <summary>A number of 0 to 9 bytes, seven bits a byte and the highest first.</summary>
    public static byte[] Varint(ulong value)
    {
        // A ninth byte, which has eight bits, is for numbers from 2^56 up: none are written here.
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, 1UL << 56);
        var length = 1;
        while (value >> (7 * length) != 0) length++;
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)(((value >> (7 * (length - 1 - i))) & 0x7F) | (i < length - 1 ? 0x80u : 0));
        return bytes;
    }

    public SqliteRecord Add(long value)
    {
        if (value is 0 or 1)
        {
            types.Add(value == 0 ? Zero : One);
            return this;
        }

        var (type, size) = value switch
        {
            >= sbyte.MinValue and <= sbyte.MaxValue => (1, 1),
            >= short.MinValue and <= short.MaxValue => (2, 2),
            >= -(1 << 23) and < 1 << 23 => (3, 3),
            >= int.MinValue and <= int.MaxValue => (4, 4),
            >= -(1L << 47) and < 1L << 47 => (5, 6),
            _ => (6, 8),
        };
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        types.Add((byte)type);
        values.AddRange(bytes[(8 - size)..]);
        return this;
    }

    public SqliteRecord Add(string? value)
    {
        var text = value is null ? [] : System.Text.Encoding.UTF8.GetBytes(value);
        types.AddRange(Varint(value is null ? 0 : 13 + (2 * (ulong)text.Length)));
        values.AddRange(text);
        return this;
    }

    public byte[] ToBytes()
    {
        // The length of the types counts itself; up to 126 of them it is one byte.
        if (types.Count > 126) throw new InvalidOperationException("the record has too many values");
        return [(byte)(types.Count + 1), .. types, .. values];
    }
}
