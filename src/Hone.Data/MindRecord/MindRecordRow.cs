namespace Hone.Data.MindRecord;

/// <summary>One row as it was stored.</summary>
/// <param name="Number">Its place in the file, from 1.</param>
/// <param name="Raw">
/// The values of the raw page, some of which may be no fields of the schema: <c>long</c> (<c>ulong</c> above its range),
/// <c>double</c>, <c>bool</c>, <c>string</c>, <c>byte[]</c>, null, and lists or maps of these.
/// </param>
/// <param name="Blob">The values of the blob page: <see cref="MindRecordArray"/>, <c>byte[]</c>, or as in <paramref name="Raw"/> in old files.</param>
internal sealed record MindRecordRow(int Number, IReadOnlyDictionary<string, object?> Raw, IReadOnlyDictionary<string, object?> Blob)
{
    /// <summary>The columns of the schema: integers as <c>long</c>, floating point as <c>double</c>, text, bytes, arrays.</summary>
    /// <exception cref="InvalidDataException">A column is missing, or its value is not of its type.</exception>
    public Dictionary<string, object?> Columns(MindRecordSchema schema)
    {
        var columns = new Dictionary<string, object?>(schema.Fields.Count, StringComparer.Ordinal);
        foreach (var field in schema.Fields)
        {
            if (Blob.TryGetValue(field.Name, out var blob)) columns.Add(field.Name, blob);
            else if (Raw.TryGetValue(field.Name, out var raw)) columns.Add(field.Name, Typed(field, raw));
            else throw new InvalidDataException($"the row has no value for '{field.Name}'");
        }

        return columns;
    }

    // Writers narrow and widen numbers as they please, and some keep them as text.
    private static object? Typed(MindRecordField field, object? stored) => (field.Type, stored) switch
    {
        (MindRecordType.Untyped, _) => stored,
        (MindRecordType.Int32, long n) when n is >= int.MinValue and <= int.MaxValue => n,
        (MindRecordType.Int64, long n) => n,
        (MindRecordType.Int32, string s) when int.TryParse(s, out var n) => (long)n,
        (MindRecordType.Int64, string s) when long.TryParse(s, out var n) => n,
        (MindRecordType.Float32 or MindRecordType.Float64, double x) => x,
        (MindRecordType.Float32 or MindRecordType.Float64, long n) => (double)n,
        (MindRecordType.Float32 or MindRecordType.Float64, ulong n) => (double)n,
        (MindRecordType.Float32 or MindRecordType.Float64, string s) when double.TryParse(s, out var x) => x,
        (MindRecordType.String, string s) => s,
        (MindRecordType.String, long or ulong or double or bool) => Convert.ToString(stored),
        (MindRecordType.Bytes, byte[] bytes) => bytes,
        _ => throw new InvalidDataException($"the value of '{field.Name}' is no {field.Type.Word()}"),
    };
}
