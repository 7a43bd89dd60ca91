using System.Text.Json;

namespace Hone.Hub.Apis;

/// <summary>Reads answers of hubs, which may hold anything: texts that are no Unicode among them, which come to light only when they are asked for.</summary>
internal static class Json
{
    /// <summary>The value under a key; null when this is no object or has no such key.</summary>
    public static JsonElement? Member(JsonElement json, string key)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(key, out var value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The text under a key; null when there is none that can be read.</summary>
    public static string? Text(JsonElement json, string key)
    {
        try
        {
            return Member(json, key) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A number of bytes; -1 when it is none.</summary>
    public static long Size(JsonElement json, string key) =>
        Member(json, key) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var size) ? size : -1;

    public static List<JsonElement> List(JsonElement json, string host) =>
        json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray()] : throw new HubFault($"{host} answers with something that is no list of files") { Kind = FaultKind.Nonsense };
}
