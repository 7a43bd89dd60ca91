using System.Text;
using System.Text.Json;

namespace Hone.Cli;

/// <summary>
/// Reads JSON objects, one a line, from a file or standard input, and writes one JSON object a line for each. Lines from
/// standard input are answered as they come, so that another program can talk to the filter.
/// </summary>
internal sealed class JsonLineFilter(CliConsole console, string? input, string? output, string what)
{
    private const int MaxLineLength = 64 << 20;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 256, AllowDuplicateProperties = false };

    private readonly string _name = input ?? "standard input";

    /// <summary>Converts every line.</summary>
    /// <param name="convert">
    /// Writes the fields of the answer to a row. A <see cref="HoneException"/> of it gets the row's place when it names none.
    /// </param>
    /// <param name="cancellation">Stops between lines.</param>
    /// <exception cref="HoneException">A line is no JSON object or can't be converted (exit code 3).</exception>
    public void Run(Action<JsonElement, Utf8JsonWriter> convert, CancellationToken cancellation)
    {
        using var file = output is null ? null : new ResultFile(output);
        using var progress = new WorkProgress(console, what, "rows", isQuiet: file is null && console.IsTerminal);
        using var reader = input is null ? null : Open(input);
        var lines = new LongLineReader(reader ?? console.In, MaxLineLength);
        var writer = file?.Writer ?? console.Out;
        var number = 0;
        while (Next(lines, ++number) is { } line)
        {
            cancellation.ThrowIfCancellationRequested();
            if (string.IsNullOrWhiteSpace(line)) continue;
            writer.Write(Convert(line, number, convert));
            writer.Write('\n');
            if (reader is null) writer.Flush();
            progress.Report(number);
        }

        file?.Place();
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Data, "The file can't be read: " + e.Message, path, "Check the path given to input.", e);
        }
    }

    private string? Next(LongLineReader lines, int number)
    {
        try
        {
            return lines.Next();
        }
        catch (Exception e) when (e is InvalidDataException or DecoderFallbackException)
        {
            throw Bad(number, e is InvalidDataException ? e.Message : "the text is not UTF-8", e);
        }
    }

    private string Convert(string line, int number, Action<JsonElement, Utf8JsonWriter> convert)
    {
        try
        {
            using var document = JsonDocument.Parse(line, s_options);
            var row = document.RootElement;
            if (row.ValueKind != JsonValueKind.Object) throw Bad(number, "the line is no JSON object", null);
            return JsonText.Line(json => convert(row, json));
        }
        catch (JsonException e)
        {
            throw Bad(number, $"the line is no JSON (column {e.BytePositionInLine + 1})", e);
        }
        catch (InvalidOperationException e)
        {
            throw Bad(number, "the row holds text that is not valid Unicode", e);
        }
        catch (HoneException e) when (e.Where is null)
        {
            throw Bad(number, e.Message, e);
        }
    }

    private HoneException Bad(int number, string what, Exception? inner) =>
        new(ExitCode.Data, char.ToUpperInvariant(what[0]) + what[1..].TrimEnd('.') + ".", $"{_name}:{number}", "Mend this row.", inner);
}
