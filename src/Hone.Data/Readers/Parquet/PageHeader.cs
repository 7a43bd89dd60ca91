namespace Hone.Data.Readers.Parquet;

/// <summary>What a page holds (parquet.thrift, <c>PageType</c>).</summary>
internal enum PageKind
{
    Data = 0,
    Index = 1,
    Dictionary = 2,
    DataV2 = 3,
}

/// <summary>The description before a page (parquet.thrift, <c>PageHeader</c>).</summary>
internal struct PageHeader
{
    public PageKind Kind;
    public int PlainLength;
    public int Length;
    public int? Checksum;
    public int Values;
    public int Encoding;
    public int DefinitionEncoding;
    public int RepetitionEncoding;

    /// <summary>Bytes of the levels before the values; only in version 2, where they are not compressed.</summary>
    public int DefinitionLength;
    public int RepetitionLength;
    public bool IsCompressed;

    /// <summary>Reads a header.</summary>
    /// <exception cref="TruncatedException">It goes on behind the bytes.</exception>
    public static PageHeader Parse(ReadOnlySpan<byte> bytes, out int used)
    {
        var reader = new ThriftReader(bytes);
        var header = new PageHeader { Kind = (PageKind)(-1), Encoding = -1, Length = -1, PlainLength = -1, Values = -1, IsCompressed = true };
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 1:
                    header.Kind = (PageKind)reader.Int32(type);
                    break;
                case 2:
                    header.PlainLength = reader.Int32(type);
                    break;
                case 3:
                    header.Length = reader.Int32(type);
                    break;
                case 4:
                    header.Checksum = reader.Int32(type);
                    break;
                case 5 or 7 or 8:
                    header.ReadInner(ref reader, type, isVersion2: id == 8);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        used = reader.Position;
        return header;
    }

    private void ReadInner(ref ThriftReader reader, int structType, bool isVersion2)
    {
        ThriftReader.ExpectStruct(structType);
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (isVersion2 ? id + 10 : id)
            {
                case 1 or 11:
                    Values = reader.Int32(type);
                    break;
                case 2 or 14:
                    Encoding = reader.Int32(type);
                    break;
                case 3 when type is not (1 or 2):
                    DefinitionEncoding = reader.Int32(type);
                    break;
                case 4:
                    RepetitionEncoding = reader.Int32(type);
                    break;
                case 15:
                    DefinitionLength = reader.Int32(type);
                    break;
                case 16:
                    RepetitionLength = reader.Int32(type);
                    break;
                case 17:
                    IsCompressed = ThriftReader.Boolean(type);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }
    }
}
