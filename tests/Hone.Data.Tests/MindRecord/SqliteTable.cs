using System.Buffers.Binary;
using System.Text;

namespace Hone.Data.Tests.MindRecord;

/// <summary>Reads tables of small SQLite files, to compare the index that is written with those that MindSpore wrote.</summary>
internal static class SqliteTable
{
    private const int FileHeaderSize = 100;

    /// <summary>The rows of a table in the order of their numbers: long, double, string or null.</summary>
    public static List<object?[]> Read(string path, string table)
    {
        var file = File.ReadAllBytes(path);
        var pageSize = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(16));
        var rows = new List<object?[]>();
        Walk(file, pageSize, 1, rows);
        var root = (long)rows.Single(r => (string?)r[0] == "table" && (string?)r[1] == table)[3]!;
        rows.Clear();
        Walk(file, pageSize, (int)root, rows);
        return rows;
    }

    private static void Walk(byte[] file, int pageSize, int number, List<object?[]> rows)
    {
        var page = file.AsSpan((number - 1) * pageSize, pageSize);
        var head = page[(number == 1 ? FileHeaderSize : 0)..];
        var isLeaf = head[0] == 0x0D;
        Assert.True(isLeaf || head[0] == 0x05, $"page {number} belongs to no table");
        var cells = BinaryPrimitives.ReadUInt16BigEndian(head[3..]);
        for (var i = 0; i < cells; i++)
        {
            var cell = page[BinaryPrimitives.ReadUInt16BigEndian(head[((isLeaf ? 8 : 12) + (2 * i))..])..];
            if (isLeaf) rows.Add(Record(cell));
            else Walk(file, pageSize, BinaryPrimitives.ReadInt32BigEndian(cell), rows);
        }

        if (!isLeaf) Walk(file, pageSize, BinaryPrimitives.ReadInt32BigEndian(head[8..]), rows);
    }

    private static object?[] Record(ReadOnlySpan<byte> cell)
    {
        Varint(ref cell); // length
        Varint(ref cell); // row
        var whole = cell;
        var headerSize = (int)Varint(ref cell);
        var types = whole[(whole.Length - cell.Length)..headerSize];
        var body = whole[headerSize..];
        var values = new List<object?>();
        while (!types.IsEmpty)
        {
            var type = (int)Varint(ref types);
            var size = type switch { <= 4 => type, 5 => 6, 6 or 7 => 8, 8 or 9 => 0, _ => (type - 12) / 2 };
            values.Add(Value(type, body[..size]));
            body = body[size..];
        }

        return [.. values];
    }

    private static object? Value(int type, ReadOnlySpan<byte> bytes)
    {
        if (type == 0) return null;
        if (type is 8 or 9) return (long)(type - 8);
        if (type == 7) return BinaryPrimitives.ReadDoubleBigEndian(bytes);
        if (type >= 13) return Encoding.UTF8.GetString(bytes);
        var value = (long)(sbyte)bytes[0];
        foreach (var b in bytes[1..]) value = (value << 8) | b;
        return value;
    }

    private static long Varint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0L;
        while (true)
        {
            var b = bytes[0];
            bytes = bytes[1..];
            value = (value << 7) | (long)(b & 0x7F);
            if (b < 0x80) return value;
        }
    }
}
