using System.Text.Json;

namespace Hone.Hub.Apis;

/// <summary>Reads answers of hubs, which may hold anything.</summary>
internal static class Json
{
    public static string? Text(JsonElement json, string key) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A number of bytes; -1 when it is none.</summary>
    public static long Size(JsonElement json, string key) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var size) ? size : -1;

    public static List<JsonElement> List(JsonElement json, string host) =>
        json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray()] : throw new HubFault($"{host} answers with something that is no list of files") { Kind = FaultKind.Nonsense };
}
