using System.Text.Json;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>Optional and required members of JSON objects.</summary>
internal static class JsonAccess
{
    /// <summary>A member, or null when it is absent or null.</summary>
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static bool Flag(this JsonElement element, string name, bool absent = false) =>
        element.Member(name) is { } value ? value.GetBoolean() : absent;

    public static string? Text(this JsonElement element, string name) => element.Member(name)?.GetString();

    public static string RequiredText(this JsonElement element, string name) =>
        element.Text(name) ?? throw new InvalidDataException($"\"{name}\" is missing.");

    /// <summary>The items of an array member; none when it is absent.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Member(name) is { } value ? value.EnumerateArray() : [];

    /// <summary>A token given as a string or as an object with "content".</summary>
    public static string? TokenText(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString() : element.Text("content");

    /// <summary>A token that is a member.</summary>
    public static string? TokenText(this JsonElement element, string name) => element.Member(name)?.TokenText();
}
