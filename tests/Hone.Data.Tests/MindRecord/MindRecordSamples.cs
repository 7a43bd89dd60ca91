using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Data.MindRecord;
using Hone.Testing;

namespace Hone.Data.Tests.MindRecord;

/// <summary>Real and made MindRecord files, and what each of their rows is known to hold.</summary>
internal static class MindRecordSamples
{
    private const string Folder = "formats/mindrecord/";

    public static string PathOf(string relative) => SharedData.PathOf(Folder + relative);

    /// <summary>Every data file of a set, in name order.</summary>
    public static string[] Files(string set) =>
        [.. Directory.GetFiles(PathOf(set), "*mindrecord*").Where(f => !f.EndsWith(".db", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public static List<JsonObject> Expected(string set, string file) =>
        [.. File.ReadLines(PathOf(set + "/expected.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject()).Where(row => (string)row["file"]! == file)];

    /// <summary>A row written as the expectations are.</summary>
    public static JsonObject Describe(MindRecordRow row, MindRecordSchema schema) => new()
    {
        ["raw"] = new JsonObject(row.Raw.Select(p => KeyValuePair.Create(p.Key, Describe(p.Value)))),
        ["blob"] = new JsonObject(row.Blob.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)DescribeBlob(schema.Fields.Single(f => f.Name == p.Key), p.Value)))),
    };

    private static JsonObject DescribeBlob(MindRecordField field, object? value) => value switch
    {
        MindRecordArray array => new JsonObject
        {
            ["dtype"] = field.Type.ToString().ToLowerInvariant(),
            ["shape"] = JsonSerializer.SerializeToNode(array.Shape),
            ["values"] = JsonSerializer.SerializeToNode(array.Values, array.Values.GetType()),
        },
        byte[] bytes => DescribeBytes(bytes),
        _ => new JsonObject { ["dtype"] = "msgpack", ["values"] = Describe(value) },
    };

    private static JsonObject DescribeBytes(byte[] bytes)
    {
        var result = new JsonObject { ["dtype"] = "bytes", ["length"] = bytes.Length, ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes)) };
        if (bytes.Length <= 64) result["hex"] = Convert.ToHexStringLower(bytes);
        return result;
    }

    private static JsonNode? Describe(object? value) => value is List<object?> list ? new JsonArray([.. list.Select(Describe)]) : JsonSerializer.SerializeToNode(value);
}
