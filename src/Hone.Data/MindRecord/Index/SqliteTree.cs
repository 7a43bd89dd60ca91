using System.Buffers.Binary;

namespace Hone.Data.MindRecord.Index;

/// <summary>
/// A table or index of an SQLite file, filled in ascending order of its keys: each page is written once, when it is full. Above the
/// leaves stand pages that say up to which key each page below goes.
/// </summary>
internal sealed class SqliteTree
{
    public const byte TableLeaf = 0x0D;

    private const byte TableInterior = 0x05;
    private const byte IndexLeaf = 0x0A;
    private const byte IndexInterior = 0x02;
    private const int LeafHeaderSize = 8;
    private const int InteriorHeaderSize = 12;
    private const int PointerSize = 2;

    private readonly SqliteFile file;
    private readonly bool isIndex;
    private readonly List<Level> levels = [];
    private readonly List<byte[]> leaf = [];
    private int leafUsed = LeafHeaderSize;
    private long lastRow;

    public SqliteTree(SqliteFile file, bool isIndex) => (this.file, this.isIndex) = (file, isIndex);

    /// <summary>A row of a table: its length, its number, its values.</summary>
    public static byte[] TableCell(long row, byte[] record) => [.. SqliteRecord.Varint((ulong)record.Length), .. SqliteRecord.Varint((ulong)row), .. record];

    /// <summary>Adds the next row of a table.</summary>
    public void Add(long row, SqliteRecord record)
    {
        AddCell(TableCell(row, record.ToBytes()));
        lastRow = row;
    }

    /// <summary>Adds the next entry of an index.</summary>
    public void Add(SqliteRecord entry)
    {
        var bytes = entry.ToBytes();
        AddCell([.. SqliteRecord.Varint((ulong)bytes.Length), .. bytes]);
    }

    /// <summary>Writes what is left; returns the number of the topmost page.</summary>
    public uint Close()
    {
        var page = WriteLeaf();
        foreach (var level in levels)
        {
            level.Children.Add((page, []));
            page = WriteInterior(level.Children);
        }

        return page;
    }

    /// <summary>Lays cells into a page, the first one at its end.</summary>
    /// <param name="page">Zeros.</param>
    /// <param name="start">Where the tree's part of the page begins.</param>
    /// <param name="type">One of the four kinds of page.</param>
    /// <param name="cells">They must fit.</param>
    /// <param name="last">The page for keys behind those of all cells; null in a leaf.</param>
    public static void Fill(byte[] page, int start, byte type, IReadOnlyList<byte[]> cells, uint? last)
    {
        page[start] = type;
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(start + 3), (ushort)cells.Count);
        if (last is { } number) BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(start + 8), number);
        var pointers = start + (last is null ? LeafHeaderSize : InteriorHeaderSize);
        var content = page.Length;
        for (var i = 0; i < cells.Count; i++)
        {
            content -= cells[i].Length;
            cells[i].CopyTo(page, content);
            BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(pointers + (PointerSize * i)), (ushort)content);
        }

        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(start + 5), (ushort)content);
    }

    private void AddCell(byte[] cell)
    {
        if (leafUsed + PointerSize + cell.Length > SqliteFile.PageSize)
        {
            // In an index the entry between two pages stands above them and in neither.
            var key = isIndex ? leaf[^1] : SqliteRecord.Varint((ulong)lastRow);
            if (isIndex) leaf.RemoveAt(leaf.Count - 1);
            AddChild(0, WriteLeaf(), key);
        }

        leaf.Add(cell);
        leafUsed += PointerSize + cell.Length;
    }

    private uint WriteLeaf()
    {
        var page = new byte[SqliteFile.PageSize];
        Fill(page, 0, isIndex ? IndexLeaf : TableLeaf, leaf, null);
        leaf.Clear();
        leafUsed = LeafHeaderSize;
        return file.Append(page);
    }

    private void AddChild(int depth, uint page, byte[] key)
    {
        if (depth == levels.Count) levels.Add(new Level());
        var level = levels[depth];
        var size = PointerSize + sizeof(uint) + key.Length;
        if (level.Used + size > SqliteFile.PageSize)
        {
            // The last child stays: a page above the leaves needs two.
            var stays = level.Children[^1];
            level.Children.RemoveAt(level.Children.Count - 1);
            var above = level.Children[^1].Key;
            AddChild(depth + 1, WriteInterior(level.Children), above);
            level.Children.Clear();
            level.Children.Add(stays);
            level.Used = InteriorHeaderSize + PointerSize + sizeof(uint) + stays.Key.Length;
        }

        level.Children.Add((page, key));
        level.Used += size;
    }

    private uint WriteInterior(List<(uint Page, byte[] Key)> children)
    {
        var page = new byte[SqliteFile.PageSize];
        var cells = new List<byte[]>(children.Count);
        foreach (var (child, key) in children.SkipLast(1))
        {
            var cell = new byte[sizeof(uint) + key.Length];
            BinaryPrimitives.WriteUInt32BigEndian(cell, child);
            key.CopyTo(cell, sizeof(uint));
            cells.Add(cell);
        }

        Fill(page, 0, isIndex ? IndexInterior : TableInterior, cells, children[^1].Page);
        return file.Append(page);
    }

    /// <summary>The page of a level that is being filled.</summary>
    private sealed class Level
    {
        public List<(uint Page, byte[] Key)> Children { get; } = [];

        public int Used { get; set; } = InteriorHeaderSize;
    }
}
