using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hone.Settings;

/// <summary>Reads a flat JSON object token by token; comments and trailing commas are forgiven.</summary>
internal static class JsonConfigReader
{
    private static readonly JsonReaderOptions s_options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 8,
    };

    public static List<RawSetting> Read(byte[] utf8, string path)
    {
        var start = utf8.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        var json = utf8.AsMemory(start);
        try
        {
            return ReadObject(json.Span, path);
        }
        catch (JsonException e)
        {
            throw new HoneException(ExitCode.Usage, "this is not valid JSON: " + e.Message.Split(". ")[0], $"{path}:{e.LineNumber + 1}",
                "write {\"name\": value, …}", e);
        }
    }

    private static List<RawSetting> ReadObject(ReadOnlySpan<byte> json, string path)
    {
        var settings = new List<RawSetting>();
        var reader = new Utf8JsonReader(json, s_options);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw Refuse(json, in reader, path, "the file must hold one JSON object", "write {\"name\": value, …}");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ConfigFileReader.CheckCount(settings, path);
            var key = Text(json, in reader, path);
            var origin = $"{path}:{Line(json, reader.TokenStartIndex)}";
            reader.Read();
            settings.Add(new RawSetting(key, ReadValues(json, ref reader, path, key), origin));
        }

        reader.Read(); // anything after the object is a JsonException
        return settings;
    }

    private static List<string>? ReadValues(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, string path, string key)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartArray) return [ReadScalar(json, in reader, path, key)];
        var values = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) values.Add(ReadScalar(json, in reader, path, key));
        return values;
    }

    private static string ReadScalar(ReadOnlySpan<byte> json, in Utf8JsonReader reader, string path, string key) => reader.TokenType switch
    {
        JsonTokenType.String => Text(json, in reader, path),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => throw Refuse(json, in reader, path, $"{key} holds more than a value or a list of values", "settings files are flat: {\"name\": value, \"list\": [a, b]}"),
    };

    private static string Text(ReadOnlySpan<byte> json, in Utf8JsonReader reader, string path)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e) // bytes or escapes that are no text
        {
            throw new HoneException(ExitCode.Usage, "a string is not valid UTF-8", $"{path}:{Line(json, reader.TokenStartIndex)}", "save the file as UTF-8", e);
        }
    }

    private static HoneException Refuse(ReadOnlySpan<byte> json, in Utf8JsonReader reader, string path, string what, string fix) =>
        new(ExitCode.Usage, what, $"{path}:{Line(json, reader.TokenStartIndex)}", fix);

    private static string Line(ReadOnlySpan<byte> json, long offset) =>
        (json[..(int)offset].Count((byte)'\n') + 1).ToString(CultureInfo.InvariantCulture);
}
