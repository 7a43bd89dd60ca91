using System.Globalization;
using System.Text.Json;
using Hone.Data;
using Hone.Data.Ledger;

namespace Hone.Cli;

/// <summary>Tells of rows that were not used as they are.</summary>
internal static class LeftOutRows
{
    private const int Listed = 10;

    public static void Print(CliConsole console, DatasetReport report)
    {
        Print(console, report.Rejected, "left out since they can't be used");
        Print(console, report.TooLong, "left out since they are too long");
        Print(console, report.Truncated, "cut since they are too long");
    }

    public static void Print(CliConsole console, Listing<RowError> rows, string what)
    {
        if (rows.Count == 0) return;
        console.Line(Text($"{rows.Count:N0} row{(rows.Count == 1 ? "" : "s")} {what}:"));
        foreach (var row in rows.First.Take(Listed)) console.Line($"  {row}");
        if (rows.Count > Listed) console.Line(Text($"  … and {rows.Count - Listed:N0} more"));
    }

    public static void Write(Utf8JsonWriter json, DatasetReport report)
    {
        Write(json, "rejected", report.Rejected);
        Write(json, "too_long", report.TooLong);
        Write(json, "truncated", report.Truncated);
    }

    /// <summary>How many there are, and the first of them.</summary>
    public static void Write(Utf8JsonWriter json, string name, Listing<RowError> rows)
    {
        json.WriteNumber(name + "_count", rows.Count);
        json.WriteStartArray(name);
        foreach (var row in rows.First)
        {
            json.WriteStartObject();
            json.WriteString("row", row.Location.ToString());
            json.WriteString("reason", row.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
