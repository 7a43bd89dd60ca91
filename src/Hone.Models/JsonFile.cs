using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Models;

/// <summary>Reads the small JSON files of model folders: bounded in size and depth, without duplicate keys.</summary>
internal static class JsonFile
{
    private const int MaxDepth = 64;

    /// <summary>The object in a file.</summary>
    /// <exception cref="HoneException">Missing, unreadable, too large, or not a JSON object.</exception>
    public static JsonObject ReadObject(string path, long maxBytes = 16L << 20)
    {
        byte[] bytes;
        try
        {
            var length = FileLength.Of(path);
            if (length > maxBytes)
                throw new HoneException(ExitCode.Model, $"The file has {length:N0} bytes, more than the {maxBytes:N0} that are sensible for it.", path);
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new HoneException(ExitCode.Model, $"{Path.GetFileName(path)} is missing.", path, "Check the model folder.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Model, $"The file can't be read: {e.Message}", path, null, e);
        }

        return ParseObject(bytes, path);
    }

    /// <summary>The object that UTF-8 text holds.</summary>
    public static JsonObject ParseObject(ReadOnlySpan<byte> utf8, string where)
    {
        var options = new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false };
        if (utf8.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        try
        {
            var node = JsonNode.Parse(utf8, null, options);
            DecodeTexts(node);
            if (node is JsonObject json) return json;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new HoneException(ExitCode.Model, $"The file is not valid JSON: {e.Message}", where, null, e);
        }

        throw new HoneException(ExitCode.Model, "The file holds JSON, but not an object.", where);
    }

    // The parser leaves names and texts encoded until somebody asks; broken UTF-8 and lone surrogates must show here, not there.
    private static void DecodeTexts(JsonNode? node)
    {
        if (node is JsonObject json)
        {
            foreach (var (_, value) in json) DecodeTexts(value);
        }
        else if (node is JsonArray array)
        {
            foreach (var value in array) DecodeTexts(value);
        }
        else if (node?.GetValueKind() == JsonValueKind.String)
        {
            node.GetValue<string>();
        }
    }
}
