using System.Text.Json;

namespace Hone.Data.Readers;

/// <summary>A row as it was read, or why it could not be.</summary>
/// <param name="Location">Where it stands.</param>
/// <param name="Json">The row; <c>default</c> when <paramref name="Error"/> says why not.</param>
/// <param name="Error">What is wrong with the JSON, or null.</param>
public readonly record struct JsonRow(RowLocation Location, JsonElement Json, string? Error);

/// <summary>
/// Reads rows from JSON lines or from one JSON array, whichever the content is: names of files lie often enough.
/// A line that is no JSON is reported and the next one read.
/// </summary>
public static class JsonRows
{
    /// <summary>A longer line is an error of its own instead of a memory problem.</summary>
    private const int MaxLineBytes = 256 << 20;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256, AllowDuplicateProperties = false };

    /// <summary>Reads a file.</summary>
    /// <exception cref="HoneException">
    /// The file can't be opened, or is an array that is no JSON as a whole (exit code 3).
    /// </exception>
    public static IEnumerable<JsonRow> Read(string path)
    {
        using var file = Open(path);
        using var stream = new PeekedStream(file);
        foreach (var row in stream.FirstByte == '[' ? ReadArray(path, stream) : ReadLines(path, stream)) yield return row;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Data, "The data file can't be opened: " + e.Message, path, "Check the path given to dataset.", e);
        }
    }

    private static IEnumerable<JsonRow> ReadLines(string path, Stream stream)
    {
        using var lines = new LineReader(stream, MaxLineBytes);
        for (var number = 1; lines.Next(out var line, out var tooLong); number++)
        {
            var location = new RowLocation(path, number);
            if (tooLong) yield return new JsonRow(location, default, $"the line is longer than {MaxLineBytes >> 20} MiB");
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
            return new JsonRow(location, default, $"not JSON at column {e.BytePositionInLine + 1}: {Shorten(e.Message)}");
        }
    }

    private static IEnumerable<JsonRow> ReadArray(string path, Stream stream)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(stream, Options);
        }
        catch (JsonException e)
        {
            throw new HoneException(ExitCode.Data, "The file is no JSON: " + Shorten(e.Message), $"{path}:{e.LineNumber + 1}",
                "Mend the file, or write one row per line (JSON lines): then a broken row does not spoil the others.", e);
        }

        using (document)
        {
            var number = 0;
            foreach (var element in document.RootElement.EnumerateArray()) yield return new JsonRow(new RowLocation(path, ++number), element.Clone(), null);
        }
    }

    private static string Shorten(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.');
    }
}
