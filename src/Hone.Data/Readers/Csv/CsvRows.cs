using System.Text.Json;
using CsvHelper;

namespace Hone.Data.Readers.Csv;

/// <summary>
/// Values with separators between them; the first line names the columns. An empty field is null. A row is named by the line
/// that it begins in, since quoted fields may hold line breaks. A quote inside a field that does not begin with one is text.
/// A quote that is never closed, or closed by the next field's, costs the line that it stands in: reading goes on behind that line.
/// </summary>
internal static class CsvRows
{
    private static readonly JsonDocumentOptions ListOptions = new() { MaxDepth = 128, AllowDuplicateProperties = false };

    /// <summary>Columns that are lists in every other format; here they stand as the text of a JSON list.</summary>
    private static readonly HashSet<string> ListColumns = ["messages", "conversations", "history", "input_ids", "labels", "attention_mask"];

    public static IEnumerable<JsonRow> Read(DataSource source)
    {
        CsvMalformedReason? malformed = null;
        var hasStrayQuote = false;
        var options = new CsvReaderOptions
        {
            Separator = source.Extension == ".tsv" ? '\t' : SeparatorOf(source.Content.Head),
            TrackLineNumbers = true,
            MaxRecordSize = JsonRow.MaxBytes,
            OnMalformedRecord = record =>
            {
                if (record.Reason == CsvMalformedReason.StrayQuote) hasStrayQuote = true;
                else malformed = record.Reason;
            },
        };
        var content = new RewindableStream(source.Content);
        var reader = CsvReader.Create(content, options);
        try
        {
            var columns = Header(reader, source.Path);
            if (malformed is { } header) throw Broken(source.Path, 1, Reason(header), null);
            using var row = new RowWriter();
            var (begin, lines, rejectedUntil) = (0L, 0, 0L);
            hasStrayQuote = false;
            while (Next(reader, source.Path, lines))
            {
                var location = new RowLocation(source.Path, checked(lines + (int)reader.LineNumber));
                var place = begin + reader.ByteOffset;
                content.Forget(place);

                // Lines of a rejected row may be rows, or what is left of its text: that has quotes inside fields.
                if (hasStrayQuote && place < rejectedUntil) malformed ??= CsvMalformedReason.StrayQuote;
                hasStrayQuote = false;
                if (malformed is { } reason)
                {
                    yield return new JsonRow(location, default, Reason(reason));
                    malformed = null;
                    if (LengthOfFirstLine(reader.RawRecord) is not { } length) continue;
                    rejectedUntil = Math.Max(rejectedUntil, place + reader.RawRecord.Length);
                    (begin, lines) = (place + length, location.Row);
                    content.Rewind(begin);
                    reader.Dispose();
                    reader = CsvReader.Create(content, options with { HasHeader = false });
                }
                else if (reader.FieldCount != columns.Count)
                {
                    yield return new JsonRow(location, default, $"the row has {Fields(reader.FieldCount)}, the header has {columns.Count}");
                }
                else
                {
                    yield return Row(reader, row, columns, location);
                }
            }
        }
        finally
        {
            reader.Dispose();
        }
    }

    /// <summary>The bytes of the first of several lines with its line break, or null where there is only one.</summary>
    private static int? LengthOfFirstLine(ReadOnlySpan<byte> record)
    {
        var end = record.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0) return null;
        return record[end..].StartsWith("\r\n"u8) ? end + 2 : end + 1;
    }

    /// <summary>The separator that stands most often in the first line: spreadsheets of many countries write semicolons.</summary>
    private static char SeparatorOf(ReadOnlySpan<byte> head)
    {
        var end = head.IndexOfAny((byte)'\r', (byte)'\n');
        var line = end < 0 ? head : head[..end];
        var (best, most) = (',', 0);
        foreach (var separator in ",;\t|")
        {
            var count = line.Count((byte)separator);
            if (count > most) (best, most) = (separator, count);
        }

        return best;
    }

    private static IReadOnlyList<string> Header(CsvReader reader, string path)
    {
        try
        {
            var names = reader.Headers.ToArray();
            var twice = names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1);
            if (twice is not null) throw Broken(path, 1, $"two columns are called '{twice.Key}'", null);
            return names;
        }
        catch (CsvFormatException e)
        {
            throw Broken(path, 1, e.Message, e);
        }
    }

    private static bool Next(CsvReader reader, string path, int lines)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException e)
        {
            throw Broken(path, lines + e.LineNumber, $"a row is longer than {JsonRow.MaxBytes >> 20} MiB, or a quote is opened and never closed", e);
        }
    }

    private static HoneException Broken(string path, long line, string what, Exception? inner) => new(ExitCode.Data,
        $"The table can't be read: {what}.", $"{path}:{line}", "The first line must name the columns; a quote that is opened must be closed.", inner);

    private static string Fields(int count) => count == 1 ? "1 field" : $"{count} fields";

    private static string Reason(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.TextAfterClosingQuote => "text follows the closing quote of a field; a quote inside a quoted field is written twice",
        CsvMalformedReason.StrayQuote => "it follows a row whose quotes are wrong, and has a quote inside a field itself",
        CsvMalformedReason.UnterminatedQuote => "a quote is opened here and never closed",
        _ => "the quotes are wrong: " + reason,
    };

    private static JsonRow Row(CsvReader reader, RowWriter row, IReadOnlyList<string> columns, RowLocation location)
    {
        row.Begin();
        for (var i = 0; i < columns.Count; i++)
        {
            var field = reader.GetSpan(i);
            row.Json.WritePropertyName(columns[i]);
            if (field.IsEmpty) row.Json.WriteNullValue();
            else if (!ListColumns.Contains(columns[i])) row.WriteText(field, columns[i]);
            else WriteList(row, field, columns[i]);
        }

        return row.End(location);
    }

    private static void WriteList(RowWriter row, ReadOnlySpan<byte> field, string column)
    {
        var text = new Utf8JsonReader(field, new JsonReaderOptions { MaxDepth = ListOptions.MaxDepth });
        try
        {
            using var list = JsonDocument.ParseValue(ref text);
            list.RootElement.WriteTo(row.Json);
            if (text.BytesConsumed == field.TrimEnd(" \t\r\n"u8).Length) return;
        }
        catch (JsonException)
        {
        }

        row.Fail($"the text in '{column}' is no JSON list");
    }
}
