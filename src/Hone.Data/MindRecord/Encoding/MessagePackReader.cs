using System.Buffers.Binary;
using System.Text;

namespace Hone.Data.MindRecord.Encoding;

/// <summary>Reads MessagePack (msgpack.org) whatever lengths it claims: nothing is allocated that the bytes don't hold.</summary>
internal ref struct MessagePackReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxDepth = 32;

    /// <summary>A value can take one byte in the file and thirty in memory: a row must not fill the memory.</summary>
    private const int MaxValues = 1 << 22;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> rest = bytes;
    private int values;

    /// <summary>The map that is all of the bytes.</summary>
    /// <exception cref="InvalidDataException">They are no map, or more than one value.</exception>
    public static Dictionary<string, object?> ReadMap(ReadOnlySpan<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        var map = reader.Read(0) as Dictionary<string, object?> ?? throw new InvalidDataException("the MessagePack value is no map");
        return reader.rest.IsEmpty ? map : throw new InvalidDataException($"{reader.rest.Length} bytes follow the MessagePack map");
    }

    private object? Read(int depth)
    {
        if (++values > MaxValues) throw new InvalidDataException($"the row has more than {MaxValues} MessagePack values");
        if (depth > MaxDepth) throw new InvalidDataException($"MessagePack nested deeper than {MaxDepth}");
        var code = Take(1)[0];
        return code switch
        {
            <= 0x7F => (long)code,
            <= 0x8F => Map(code & 0xF, depth),
            <= 0x9F => List(code & 0xF, depth),
            <= 0xBF => Text(code & 0x1F),
            0xC0 => null,
            0xC2 => false,
            0xC3 => true,
            0xC4 => Take(Length(1)).ToArray(),
            0xC5 => Take(Length(2)).ToArray(),
            0xC6 => Take(Length(4)).ToArray(),
            0xCA => (double)BinaryPrimitives.ReadSingleBigEndian(Take(4)),
            0xCB => BinaryPrimitives.ReadDoubleBigEndian(Take(8)),
            0xCC => (long)Take(1)[0],
            0xCD => (long)BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            0xCE => (long)BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            0xCF => Unsigned(BinaryPrimitives.ReadUInt64BigEndian(Take(8))),
            0xD0 => (long)(sbyte)Take(1)[0],
            0xD1 => (long)BinaryPrimitives.ReadInt16BigEndian(Take(2)),
            0xD2 => (long)BinaryPrimitives.ReadInt32BigEndian(Take(4)),
            0xD3 => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
            0xD9 => Text(Length(1)),
            0xDA => Text(Length(2)),
            0xDB => Text(Length(4)),
            0xDC => List(Length(2), depth),
            0xDD => List(Length(4), depth),
            0xDE => Map(Length(2), depth),
            0xDF => Map(Length(4), depth),
            >= 0xE0 => (long)(sbyte)code,
            _ => throw new InvalidDataException($"MessagePack type 0x{code:X2} is not used in MindRecord"),
        };
    }

    private static object Unsigned(ulong value) => value <= long.MaxValue ? (long)value : value;

    private Dictionary<string, object?> Map(long count, int depth)
    {
        if (count * 2 > rest.Length) throw CutOff();
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0L; i < count; i++)
        {
            var key = Read(depth + 1) as string ?? throw new InvalidDataException("a key of a MessagePack map is no text");
            if (!map.TryAdd(key, Read(depth + 1))) throw new InvalidDataException($"the MessagePack map has '{key}' twice");
        }

        return map;
    }

    private List<object?> List(long count, int depth)
    {
        if (count > rest.Length) throw CutOff();
        var list = new List<object?>();
        for (var i = 0L; i < count; i++) list.Add(Read(depth + 1));
        return list;
    }

    private string Text(long length)
    {
        try
        {
            return StrictUtf8.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("a text is not UTF-8");
        }
    }

    private long Length(int size) => size switch
    {
        1 => Take(1)[0],
        2 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
        _ => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
    };

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count > rest.Length) throw CutOff();
        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }

    private static InvalidDataException CutOff() => new("a MessagePack value is longer than its row");
}
