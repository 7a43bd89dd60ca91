using System.Text.Json;

namespace Hone.Data.MindRecord;

/// <summary>A page as the header lists it.</summary>
/// <param name="Id">Its place in the file.</param>
/// <param name="IsBlob">Whether it has the blobs of rows, or the rest of them.</param>
/// <param name="TypeId">For a blob page, the row group that it is.</param>
/// <param name="Used">Bytes of it that mean something.</param>
/// <param name="StartRow">First row of a blob page.</param>
/// <param name="EndRow">One past the last row of a blob page.</param>
/// <param name="Groups">For a raw page, the row groups in it and where each begins.</param>
internal sealed record MindRecordPage(int Id, bool IsBlob, int TypeId, long Used, long StartRow, long EndRow, IReadOnlyList<(int Id, long Offset)> Groups)
{
    private const string Blob = "BLOB_DATA";
    private const string Raw = "RAW_DATA";

    /// <exception cref="InvalidDataException">Something is missing or no number.</exception>
    public static MindRecordPage Parse(JsonElement page)
    {
        if (page.ValueKind != JsonValueKind.Object) throw new InvalidDataException("a page is no JSON object");
        var type = page.TryGetProperty("page_type", out var t) && t.ValueKind == JsonValueKind.String ? t.GetString() : null;
        if (type is not (Blob or Raw)) throw new InvalidDataException($"a page is neither {Blob} nor {Raw}");
        var groups = new List<(int, long)>();
        if (type == Raw && page.TryGetProperty("row_group_ids", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var group in list.EnumerateArray()) groups.Add(((int)Number(group, "id", int.MaxValue), Number(group, "offset", long.MaxValue)));
        }

        return new MindRecordPage((int)Number(page, "page_id", int.MaxValue), type == Blob, (int)Number(page, "page_type_id", int.MaxValue),
            Number(page, "page_size", long.MaxValue), Number(page, "start_row_id", int.MaxValue), Number(page, "end_row_id", int.MaxValue), groups);
    }

    /// <summary>A number of the header from 0 up.</summary>
    public static long Number(JsonElement element, string key, long max) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt64(out var number) && number >= 0 && number <= max
            ? number
            : throw new InvalidDataException($"'{key}' is missing, or no number from 0 to {max}");

    public void WriteTo(Utf8JsonWriter json, int shardId)
    {
        json.WriteStartObject();
        json.WriteNumber("end_row_id", EndRow);
        json.WriteNumber("page_id", Id);
        json.WriteNumber("page_size", Used);
        json.WriteString("page_type", IsBlob ? Blob : Raw);
        json.WriteNumber("page_type_id", TypeId);
        json.WriteStartArray("row_group_ids");
        foreach (var (id, offset) in Groups)
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteNumber("offset", offset);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("shard_id", shardId);
        json.WriteNumber("start_row_id", StartRow);
        json.WriteEndObject();
    }
}
