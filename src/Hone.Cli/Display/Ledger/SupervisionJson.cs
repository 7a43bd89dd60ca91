using System.Text.Json;
using Hone.Data;
using Hone.Data.Ledger;

namespace Hone.Cli;

/// <summary>What is learned of a data set, and rows of it, for other programs.</summary>
internal static class SupervisionJson
{
    /// <summary>Writes the fields of a summary into an open object.</summary>
    /// <param name="json">The object.</param>
    /// <param name="summary">The summary.</param>
    /// <param name="withValidation">Whether some of the rows are validation rows in a run.</param>
    public static void Write(Utf8JsonWriter json, SupervisionSummary summary, bool withValidation)
    {
        var r = summary.Report;
        json.WriteBoolean("of_training_and_validation_rows", withValidation);
        json.WriteNumber("rows", r.Rows);
        json.WriteNumber("samples", r.Samples);
        json.WriteNumber("tokens", r.Tokens);
        json.WriteNumber("learned_tokens", r.LearnedTokens);
        WriteRoles(json, r);
        WriteAnswers(json, summary);
        WriteLengths(json, r.Lengths);
        json.WriteStartObject("packing");
        json.WriteBoolean("packed", summary.IsPacked);
        json.WriteNumber("length", summary.PackingLength);
        json.WriteNumber("efficiency", summary.PackingEfficiency);
        json.WriteEndObject();
        WriteShapes(json, r);
        LeftOutRows.Write(json, r);
        json.WriteNumber("duplicates_count", r.Duplicates.Count);
        json.WriteStartArray("duplicates");
        foreach (var duplicate in r.Duplicates.First)
        {
            json.WriteStartObject();
            json.WriteString("row", duplicate.Location.ToString());
            json.WriteString("equals", duplicate.First.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a row as an object.</summary>
    public static void Write(Utf8JsonWriter json, LedgerRow row)
    {
        json.WriteStartObject();
        json.WriteString("row", row.Location.ToString());
        json.WriteString("fate", JsonNamingPolicy.SnakeCaseLower.ConvertName(row.Fate.ToString()));
        if (row.Reason is not null) json.WriteString("reason", row.Reason);
        if (row.Form.Length > 0) json.WriteString("form", row.Form);
        if (row.Channel is not null) json.WriteString("channel", row.Channel);
        json.WriteNumber("learned", row.Learned);
        json.WriteNumber("kept_from", row.Kept.Start);
        json.WriteNumber("kept_to", row.Kept.End);
        json.WriteStartArray("end_tokens");
        foreach (var end in row.Ends) json.WriteStringValue(JsonNamingPolicy.SnakeCaseLower.ConvertName(end.ToString()));
        json.WriteEndArray();
        json.WriteStartArray("ids");
        foreach (var id in row.Ids) json.WriteNumberValue(id);
        json.WriteEndArray();
        json.WriteStartArray("weights");
        foreach (var weight in row.Weights) json.WriteNumberValue(weight);
        json.WriteEndArray();
        json.WriteStartArray("pieces");
        foreach (var piece in row.Pieces)
        {
            json.WriteStartObject();
            json.WriteString("text", piece.Text);
            json.WriteNumber("tokens", piece.Count);
            json.WriteNumber("weight", piece.Weight);
            json.WriteString("role", SupervisionSummary.NameOf(piece.Role));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRoles(Utf8JsonWriter json, DatasetReport r)
    {
        json.WriteStartObject("roles");
        foreach (var share in r.Roles)
        {
            json.WriteStartObject(SupervisionSummary.NameOf(share.Role));
            json.WriteNumber("tokens", share.Tokens);
            json.WriteNumber("learned_tokens", share.LearnedTokens);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteAnswers(Utf8JsonWriter json, SupervisionSummary summary)
    {
        json.WriteStartObject("answers");
        json.WriteNumber("learned", summary.Report.LearnedTurns);
        json.WriteNumber("with_end_token", summary.TurnsWithEnd);
        json.WriteNumber("cut", summary.Report.TurnsCut);
        json.WriteNumber("without_end_token", summary.Report.TurnsWithoutEnd);
        LeftOutRows.Write(json, "rows_without_end_token", summary.Report.WithoutEnd);
        json.WriteEndObject();
    }

    private static void WriteLengths(Utf8JsonWriter json, LengthCounts lengths)
    {
        json.WriteStartObject("lengths");
        foreach (var (name, share) in ((string, double)[])[("min", 0), ("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("max", 1)])
            json.WriteNumber(name, lengths.Percentile(share));
        json.WriteStartArray("histogram");
        foreach (var (from, to, samples) in lengths.Ranges(LengthChart.Ranges))
        {
            json.WriteStartObject();
            json.WriteNumber("from", from);
            json.WriteNumber("to", to);
            json.WriteNumber("rows", samples);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteShapes(Utf8JsonWriter json, DatasetReport r)
    {
        json.WriteStartObject("forms");
        foreach (var (form, rows) in r.Forms) json.WriteNumber(form, rows);
        json.WriteEndObject();
        json.WriteStartObject("unused_columns");
        foreach (var (column, rows) in r.UnusedColumns) json.WriteNumber(column, rows);
        json.WriteEndObject();
        json.WriteStartObject("channels");
        foreach (var (channel, share) in r.Channels.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(channel);
            json.WriteNumber("samples", share.Samples);
            json.WriteNumber("learned_tokens", share.LearnedTokens);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
