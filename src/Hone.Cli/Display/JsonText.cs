using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hone.Cli;

/// <summary>Writes JSON as machines read it here: on one line, characters of every script as they are.</summary>
internal static class JsonText
{
    // Nothing of it is ever put into a page, so only what JSON itself asks for is escaped.
    private static readonly JsonWriterOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions s_file = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" };

    /// <summary>One object on one line, without the line break.</summary>
    public static string Line(Action<Utf8JsonWriter> fields) => Object(fields, s_line);

    /// <summary>One object on indented lines, with a line break at the end.</summary>
    public static string File(Action<Utf8JsonWriter> fields) => Object(fields, s_file) + "\n";

    private static string Object(Action<Utf8JsonWriter> fields, JsonWriterOptions options)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, options))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }
}
