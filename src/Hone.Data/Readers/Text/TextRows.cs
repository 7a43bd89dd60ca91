using System.Text.Unicode;

namespace Hone.Data.Readers.Text;

/// <summary>Plain text, a row per line as Hugging Face <c>datasets</c> has it: <c>{"text": line}</c>. Blank lines are none.</summary>
internal static class TextRows
{
    public static IEnumerable<JsonRow> Read(DataSource source)
    {
        using var lines = new LineReader(source.Content, JsonRow.MaxBytes);
        using var row = new RowWriter();
        for (var number = 1; lines.Next(out var line, out var tooLong); number++)
        {
            var location = new RowLocation(source.Path, number);
            if (tooLong) yield return new JsonRow(location, default, $"the line is longer than {JsonRow.MaxBytes >> 20} MiB");
            else if (!line.Span.Trim(" \t\r"u8).IsEmpty) yield return Row(row, line.Span.TrimEnd((byte)'\r'), location);
        }
    }

    private static JsonRow Row(RowWriter row, ReadOnlySpan<byte> text, RowLocation location)
    {
        if (!Utf8.IsValid(text)) return new JsonRow(location, default, "the line is not valid UTF-8");
        row.Begin();
        row.Json.WritePropertyName("text"u8);
        row.WriteText(text, "text");
        return row.End(location);
    }
}
