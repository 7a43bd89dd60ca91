using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Data.Schemas;

/// <summary>JSON of rows as nodes that own their texts, so that a text that is no Unicode comes to light while its row is known.</summary>
internal static class JsonNodes
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256, AllowDuplicateProperties = false };

    /// <summary>The value as nodes.</summary>
    public static JsonNode? Of(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var result = new JsonObject();
                foreach (var property in value.EnumerateObject()) result.Add(property.Name, Of(property.Value));
                return result;
            case JsonValueKind.Array:
                return new JsonArray([.. value.EnumerateArray().Select(Of)]);
            case JsonValueKind.String:
                return JsonValue.Create(value.GetString());
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return null;
            default:
                return JsonValue.Create(value);
        }
    }

    /// <summary>The JSON that a text holds.</summary>
    /// <exception cref="RowFormatException">It holds none; the message begins with <paramref name="what"/>.</exception>
    public static JsonElement Parse(string text, string what)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            throw new RowFormatException($"{what} is no JSON: {(end < 0 ? e.Message : e.Message[..end]).TrimEnd('.')}");
        }
    }
}
