using System.Buffers.Binary;

namespace Hone.Data.Readers.Parquet;

/// <summary>
/// Reads rows of parquet files (apache/parquet-format). Of each column one page at a time is in memory. Statistics, page indexes
/// and bloom filters are not needed and not looked at.
/// </summary>
internal static class ParquetRows
{
    private const int TailBytes = 8;

    /// <summary>What parquet files begin and end with.</summary>
    public static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="NotSupportedException">It uses something that is not known here.</exception>
    public static IEnumerable<JsonRow> Read(DataSource source)
    {
        var file = source.File ?? throw new NotSupportedException("parquet is read from its end, which compressed files and pipes do not allow");
        var (metadata, dataEnd) = ReadMetadata(file);
        var (root, leaves) = ParquetSchema.Build(metadata.Schema);
        if (leaves.Count == 0 && metadata.Rows > 0) throw new InvalidDataException("it has rows but no columns");
        using var row = new RowWriter();
        var number = 0;
        foreach (var group in metadata.Groups)
        {
            if (group.Columns.Count != leaves.Count) throw new InvalidDataException($"a row group has {group.Columns.Count} columns, the schema {leaves.Count}");
            var columns = leaves.Select((leaf, i) => new ColumnCursor(leaf, new PageReader(file.SafeFileHandle, dataEnd, group.Columns[i]), group.Columns[i])).ToList();
            var assembler = new RowAssembler(root, columns, row);
            for (var left = group.Rows; left > 0; left--)
            {
                row.Begin();
                assembler.WriteRow();
                yield return row.End(new RowLocation(source.Path, ++number));
            }

            if (assembler.HasMore) throw new InvalidDataException("its columns hold more rows than it says");
        }
    }

    private static (ParquetMetadata Metadata, long DataEnd) ReadMetadata(FileStream file)
    {
        Span<byte> tail = stackalloc byte[TailBytes];
        var length = file.Length;
        if (length < Magic.Length + TailBytes) throw new InvalidDataException("the file is cut off");
        file.Position = length - TailBytes;
        file.ReadExactly(tail);
        if (tail[4..].SequenceEqual("PARE"u8)) throw new NotSupportedException("it is encrypted");
        if (!tail[4..].SequenceEqual(Magic)) throw new InvalidDataException("the file is cut off: its description, which stands at the end, is missing");
        var size = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        var begin = length - TailBytes - size;
        if (begin < Magic.Length || size > int.MaxValue) throw new InvalidDataException("the description of the parquet file is longer than the file");
        var bytes = new byte[size];
        file.Position = begin;
        file.ReadExactly(bytes);
        return (ParquetMetadata.Parse(bytes), begin);
    }
}
