namespace Hone.Data.Readers.Arrow;

/// <summary>
/// Reads rows of Arrow streams, as Hugging Face <c>datasets</c> keeps its data, and of Arrow files (apache/arrow,
/// docs/source/format/Columnar.rst), batch by batch.
/// </summary>
internal static class ArrowRows
{
    private const int FileHeadBytes = 8;

    /// <summary>What files begin with that have an index at the end; the stream follows after two more bytes.</summary>
    public static ReadOnlySpan<byte> FileMagic => "ARROW1"u8;

    /// <summary>What a stream begins with; only very old ones lack it.</summary>
    public static ReadOnlySpan<byte> StreamMagic => [0xFF, 0xFF, 0xFF, 0xFF];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="NotSupportedException">It uses something that is not known here.</exception>
    public static IEnumerable<JsonRow> Read(DataSource source)
    {
        if (source.Content.Head.StartsWith(FileMagic)) source.Content.ReadExactly(new byte[FileHeadBytes]);
        var messages = new ArrowMessages(source.Content);
        if (!messages.Next() || messages.Kind != ArrowMessageKind.Schema) throw new InvalidDataException("the Arrow file does not begin with a schema");
        var fields = ArrowField.Schema(messages.Header);
        var dictionaries = new Dictionary<long, ArrowField>();
        CollectDictionaries(fields, dictionaries);
        var values = new ArrowValues();
        using var row = new RowWriter();
        var number = 0;
        while (messages.Next())
        {
            if (messages.Kind == ArrowMessageKind.Dictionary) ReadDictionary(messages, dictionaries, values);
            if (messages.Kind != ArrowMessageKind.Batch) continue;
            var (columns, rows) = ReadBatch(messages, fields);
            for (var i = 0; i < rows; i++)
            {
                row.Begin();
                foreach (var column in columns)
                {
                    row.Json.WritePropertyName(column.Field.Name);
                    values.Write(column, i, row);
                }

                yield return row.End(new RowLocation(source.Path, checked(++number)));
            }
        }
    }

    private static (List<ArrowArray> Columns, int Rows) ReadBatch(ArrowMessages messages, IReadOnlyList<ArrowField> fields)
    {
        var buffers = new ArrowBuffers(messages.Header, messages.Body);
        if (fields.Count == 0 && buffers.Rows > 0) throw new InvalidDataException("it has rows but no columns");
        var columns = fields.Select(field => new ArrowArray(field, buffers)).ToList();
        if (columns.Find(c => c.Length != buffers.Rows) is { } wrong) throw new InvalidDataException($"the column '{wrong.Field.Name}' has {wrong.Length} values in a batch of {buffers.Rows} rows");
        return (columns, buffers.Rows);
    }

    private static void ReadDictionary(ArrowMessages messages, Dictionary<long, ArrowField> fields, ArrowValues values)
    {
        var id = messages.Header.Int64(0);
        if (!fields.TryGetValue(id, out var field)) throw new InvalidDataException($"no column uses dictionary {id}");
        var buffers = new ArrowBuffers(messages.Header.Table(1), messages.Body);
        values.AddDictionary(id, new ArrowArray(field, buffers, isDictionary: true), messages.Header.Byte(2) != 0);
    }

    private static void CollectDictionaries(IReadOnlyList<ArrowField> fields, Dictionary<long, ArrowField> result)
    {
        foreach (var field in fields)
        {
            if (field.Dictionary is { } dictionary) result.TryAdd(dictionary.Id, field);
            CollectDictionaries(field.Children, result);
        }
    }
}
