using System.Text.Json;

namespace Hone.Data.Readers.Json;

/// <summary>
/// Reads rows from JSON lines or from one JSON array, whichever the content is: names of files lie often enough.
/// A line that is no JSON is reported and the next one read; in an array only what keeps its brackets in order can be told apart.
/// </summary>
internal static class JsonRows
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256, AllowDuplicateProperties = false };

    /// <summary>Reads the rows of a file.</summary>
    /// <exception cref="HoneException">It is an array that is no JSON, from the line named on (exit code 3).</exception>
    public static IEnumerable<JsonRow> Read(DataSource source) =>
        source.Content.FirstByte == '[' ? ReadArray(source.Path, source.Content) : ReadLines(source.Path, source.Content);

    private static IEnumerable<JsonRow> ReadLines(string path, Stream stream)
    {
        using var lines = new LineReader(stream, JsonRow.MaxBytes);
        for (var number = 1; lines.Next(out var line, out var tooLong); number++)
        {
            var location = new RowLocation(path, number);
            if (tooLong) yield return new JsonRow(location, default, $"the line is longer than {JsonRow.MaxBytes >> 20} MiB");
            else if (!line.Span.Trim(" \t\r"u8).IsEmpty) yield return Parse(location, line);
        }
    }

    private static JsonRow Parse(RowLocation location, ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Options);
            return new JsonRow(location, document.RootElement.Clone(), null);
        }
        catch (JsonException e)
        {
            return new JsonRow(location, default, Reason(e));
        }
    }

    private static IEnumerable<JsonRow> ReadArray(string path, Stream stream)
    {
        var elements = new JsonArrayReader(stream);
        for (var number = 1; Next(elements, path, out var element); number++) yield return Parse(new RowLocation(path, number), element);
    }

    private static bool Next(JsonArrayReader elements, string path, out ReadOnlyMemory<byte> element)
    {
        try
        {
            return elements.Next(out element);
        }
        catch (JsonException e)
        {
            throw new HoneException(ExitCode.Data, "The file is no JSON: " + Shorten(e.Message), $"{path}:{e.LineNumber + 1}",
                "Mend the file, or write one row per line (JSON lines): then a broken row does not spoil the others.", e);
        }
    }

    /// <summary>A key that stands twice is said without a place.</summary>
    private static string Reason(JsonException e) => e.BytePositionInLine is { } position ? $"not JSON at column {position + 1}: {Shorten(e.Message)}" : $"not JSON: {Shorten(e.Message)}";

    private static string Shorten(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.').Replace(" encountered during deserialization", "", StringComparison.Ordinal);
    }
}
