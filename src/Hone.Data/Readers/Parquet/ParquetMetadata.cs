namespace Hone.Data.Readers.Parquet;

/// <summary>How values lie in the file (parquet.thrift, <c>Type</c>).</summary>
internal enum PhysicalType
{
    Boolean,
    Int32,
    Int64,
    Int96,
    Single,
    Double,
    ByteArray,
    FixedBytes,
}

/// <summary>Whether a field stands once, at most once, or any number of times (<c>FieldRepetitionType</c>).</summary>
internal enum Repetition
{
    Required,
    Optional,
    Repeated,
}

/// <summary>What values mean: <c>LogicalType</c>, and <c>ConvertedType</c> in older files.</summary>
internal enum Meaning
{
    None,
    Text,
    List,
    Map,
    Decimal,
    Date,
    Time,
    Timestamp,
    Unsigned,
    Uuid,
    Half,
}

/// <summary>One element of the schema, which is written as a walk through its tree.</summary>
internal sealed record SchemaElement
{
    public string Name { get; init; } = "";

    /// <summary>Null for a group.</summary>
    public PhysicalType? Type { get; init; }

    /// <summary>Bytes of a value of <see cref="PhysicalType.FixedBytes"/>.</summary>
    public int Length { get; init; }

    public Repetition Repetition { get; init; }

    public int Children { get; init; }

    public Meaning Meaning { get; init; }

    /// <summary>Digits behind the point of a decimal; units a second of a time.</summary>
    public long Scale { get; init; }
}

/// <summary>Where the values of a column stand within a row group.</summary>
internal sealed record ColumnChunk(PhysicalType Type, int Codec, long Values, long Start, long Length);

/// <summary>Rows whose columns stand together.</summary>
internal sealed record RowGroup(long Rows, IReadOnlyList<ColumnChunk> Columns);

/// <summary>The description at the end of a parquet file (parquet.thrift, <c>FileMetaData</c>).</summary>
internal sealed record ParquetMetadata(IReadOnlyList<SchemaElement> Schema, long Rows, IReadOnlyList<RowGroup> Groups)
{
    /// <summary>Reads a description.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ParquetMetadata Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new ThriftReader(bytes);
            return Parse(ref reader);
        }
        catch (TruncatedException)
        {
            throw Damaged("ends too early");
        }
    }

    private static ParquetMetadata Parse(ref ThriftReader reader)
    {
        var schema = new List<SchemaElement>();
        var groups = new List<RowGroup>();
        var rows = 0L;
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 2:
                    for (var left = reader.ListOf(ThriftReader.Struct, type); left > 0; left--) schema.Add(SchemaElementReader.Read(ref reader));
                    break;
                case 3:
                    rows = reader.Int64(type);
                    break;
                case 4:
                    for (var left = reader.ListOf(ThriftReader.Struct, type); left > 0; left--) groups.Add(ReadGroup(ref reader));
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        if (rows < 0 || rows > int.MaxValue) throw Damaged($"speaks of {rows} rows");
        if (groups.Any(g => g.Rows < 0) || groups.Sum(g => Math.Min(g.Rows, int.MaxValue)) != rows) throw Damaged("has another number of rows than its row groups");
        return new ParquetMetadata(schema, rows, groups);
    }

    private static RowGroup ReadGroup(ref ThriftReader reader)
    {
        var columns = new List<ColumnChunk>();
        var rows = 0L;
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 1:
                    for (var left = reader.ListOf(ThriftReader.Struct, type); left > 0; left--) columns.Add(ReadColumn(ref reader));
                    break;
                case 3:
                    rows = reader.Int64(type);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return new RowGroup(rows, columns);
    }

    private static ColumnChunk ReadColumn(ref ThriftReader reader)
    {
        ColumnChunk? column = null;
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 1:
                    throw new NotSupportedException($"its columns stand in another file ({reader.Text(type)})");
                case 3:
                    column = ReadColumnMetadata(ref reader, type);
                    break;
                case 8 or 9:
                    throw new NotSupportedException("its columns are encrypted");
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return column ?? throw Damaged("does not say where a column stands");
    }

    private static ColumnChunk ReadColumnMetadata(ref ThriftReader reader, int structType)
    {
        ThriftReader.ExpectStruct(structType);
        var (physical, codec) = (-1, 0);
        var (values, length, data, dictionary) = (0L, 0L, 0L, 0L);
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 1:
                    physical = reader.Int32(type);
                    break;
                case 4:
                    codec = reader.Int32(type);
                    break;
                case 5:
                    values = reader.Int64(type);
                    break;
                case 7:
                    length = reader.Int64(type);
                    break;
                case 9:
                    data = reader.Int64(type);
                    break;
                case 11:
                    dictionary = reader.Int64(type);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        // Some writers give 0 for "no dictionary".
        var start = dictionary > 0 && dictionary < data ? dictionary : data;
        return new ColumnChunk(SchemaElementReader.Physical(physical), codec, values, start, length);
    }

    internal static InvalidDataException Damaged(string what) => new("the description of the parquet file " + what);
}
