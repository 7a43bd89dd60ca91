using System.Text;

namespace Hone.Data.Readers.Parquet;

/// <summary>The bytes end within what is read; more of them may help.</summary>
internal sealed class TruncatedException() : Exception("the bytes end too early");

/// <summary>
/// Reads Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol.md), in which parquet's descriptions are
/// written. Nothing is allocated by a count that was read: every element takes a byte at least.
/// </summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    public const int True = 1;
    public const int Binary = 8;
    public const int List = 9;
    public const int Struct = 12;

    private const int False = 2;
    private const int Byte = 3;
    private const int Double = 7;
    private const int Set = 10;
    private const int Map = 11;
    private const int MaxDepth = 32;

    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Reads the head of a struct's next field; false at the end of the struct.</summary>
    /// <param name="id">The field before (0 at first); becomes this one.</param>
    /// <param name="type">Its type.</param>
    public bool NextField(ref int id, out int type)
    {
        var head = NextByte();
        type = head & 15;
        if (head == 0) return false;
        id = head >> 4 != 0 ? id + (head >> 4) : (int)ZigZag();
        return type is >= True and <= Struct ? true : throw Damaged();
    }

    /// <summary>Reads a field that must be an integer of 32 bits at most.</summary>
    public int Int32(int type)
    {
        var value = Int64(type);
        return (int)value == value ? (int)value : throw Damaged();
    }

    /// <summary>Reads a field that must be an integer.</summary>
    public long Int64(int type) => type switch
    {
        Byte => (sbyte)NextByte(),
        > Byte and < Double => ZigZag(),
        _ => throw Damaged(),
    };

    /// <summary>Reads a field that must be true or false.</summary>
    public static bool Boolean(int type) => type is True or False ? type == True : throw Damaged();

    /// <summary>Reads a field that must be a text.</summary>
    public string Text(int type)
    {
        if (type != Binary) throw Damaged();
        return Encoding.UTF8.GetString(Take(Varint()));
    }

    /// <summary>Reads the head of a list of structs or other elements of one type; returns their number.</summary>
    public int ListOf(int element, int type)
    {
        if (type != List) throw Damaged();
        var count = ListHead(out var found);
        return found == element || count == 0 ? count : throw Damaged();
    }

    /// <summary>Checks that a field is a struct, whose fields follow.</summary>
    public static void ExpectStruct(int type)
    {
        if (type != Struct) throw Damaged();
    }

    /// <summary>Reads over a field.</summary>
    public void Skip(int type) => Skip(type, 0);

    private void Skip(int type, int depth)
    {
        if (depth > MaxDepth) throw Damaged();
        switch (type)
        {
            case True or False:
                break;
            case Byte:
                NextByte();
                break;
            case > Byte and < Double:
                Varint();
                break;
            case Double:
                Take(8);
                break;
            case Binary:
                Take(Varint());
                break;
            case List or Set:
                for (var left = ListHead(out var element); left > 0; left--) SkipElement(element, depth + 1);
                break;
            case Map:
                SkipMap(depth);
                break;
            case Struct:
                for (var id = 0; NextField(ref id, out var inner);) Skip(inner, depth + 1);
                break;
            default:
                throw Damaged();
        }
    }

    private void SkipMap(int depth)
    {
        var count = Varint();
        if (count == 0) return;
        var types = NextByte();
        if (count > (ulong)(bytes.Length - Position)) throw new TruncatedException();
        for (; count > 0; count--)
        {
            SkipElement(types >> 4, depth + 1);
            SkipElement(types & 15, depth + 1);
        }
    }

    /// <summary>Within lists and maps true and false take a byte of their own.</summary>
    private void SkipElement(int type, int depth) => Skip(type is True or False ? Byte : type, depth);

    private int ListHead(out int element)
    {
        var head = NextByte();
        element = head & 15;
        var count = head >> 4 < 15 ? (ulong)(head >> 4) : Varint();
        return count <= (ulong)(bytes.Length - Position) ? (int)count : throw new TruncatedException();
    }

    private long ZigZag()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong Varint()
    {
        var value = 0ul;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = NextByte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw Damaged();
    }

    private byte NextByte() => Position < bytes.Length ? bytes[Position++] : throw new TruncatedException();

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(bytes.Length - Position)) throw new TruncatedException();
        var result = bytes.Slice(Position, (int)count);
        Position += (int)count;
        return result;
    }

    private static InvalidDataException Damaged() => new("a description in the parquet file is damaged");
}
