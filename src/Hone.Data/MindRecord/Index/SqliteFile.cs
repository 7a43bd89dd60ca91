using System.Buffers.Binary;

namespace Hone.Data.MindRecord.Index;

/// <summary>
/// Writes an SQLite database (sqlite.org/fileformat2.html) from front to back: tables are filled in the order of their keys, and
/// the first page, which says where each begins, comes last.
/// </summary>
internal sealed class SqliteFile
{
    public const int PageSize = 4096;

    private const int FileHeaderSize = 100;

    /// <summary>The SQLite release whose format this is; readers only show it.</summary>
    private const uint LibraryVersion = 3_040_000;

    private readonly Stream stream;
    private readonly List<byte[]> schema = [];
    private uint pages = 1;

    /// <param name="stream">Empty, and seekable.</param>
    public SqliteFile(Stream stream)
    {
        this.stream = stream;
        stream.Write(new byte[PageSize]);
    }

    /// <summary>Writes a page; returns its number, from 1.</summary>
    public uint Append(ReadOnlySpan<byte> page)
    {
        stream.Write(page);
        return ++pages;
    }

    /// <summary>Tells the database of a finished table, or of an index.</summary>
    public void Declare(string type, string name, string table, uint root, string? sql) =>
        schema.Add(new SqliteRecord().Add(type).Add(name).Add(table).Add(root).Add(sql).ToBytes());

    /// <summary>Writes the first page.</summary>
    public void Finish()
    {
        var page = new byte[PageSize];
        var cells = schema.Select((record, i) => SqliteTree.TableCell(i + 1, record)).ToList();
        SqliteTree.Fill(page, FileHeaderSize, SqliteTree.TableLeaf, cells, null);
        "SQLite format 3\0"u8.CopyTo(page);
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(16), PageSize);
        ((ReadOnlySpan<byte>)[1, 1, 0, 64, 32, 32]).CopyTo(page.AsSpan(18)); // rollback journal, nothing reserved, the fixed fractions
        Write(page, 24, 1); // changes
        Write(page, 28, pages);
        Write(page, 40, (uint)schema.Count); // schema cookie
        Write(page, 44, 4); // schema format
        Write(page, 56, 1); // UTF-8
        Write(page, 92, 1); // the change for which the number of pages is right
        Write(page, 96, LibraryVersion);
        stream.Position = 0;
        stream.Write(page);
    }

    private static void Write(byte[] page, int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(offset), value);
}
