using System.Text.Json;
using Hone.Data;
using Hone.Data.Ledger;
using Hone.Settings;

namespace Hone.Cli;

/// <summary><c>hone data check</c>: fails when a row can't be trained on as it is meant.</summary>
internal sealed class DataCheckVerb : LedgerVerb<PlanSettings>
{
    /// <summary>Rows that are listed for people; JSON has more of them.</summary>
    private const int Listed = 50;

    public override string Name => "data check";

    public override string Summary => "Check rows before a run; exit code 3 where one can't be used or would teach what is not meant.";

    public override string Example => "data check examples/quickstart.yaml";

    protected override ExitCode Run(PlanSettings settings, CliConsole console, CancellationToken cancellation)
    {
        using var session = Read(settings, console, cancellation, provesRendering: true);
        var sets = Sets(session);
        Show(console, settings, sets);
        var raises = settings.TruncationStrategy == TruncationStrategy.Raise;
        var faults = sets.SelectMany(s => Faults(s.Summary.Report, raises)).Where(f => f.Rows.Count > 0).GroupBy(f => f.Kind).ToList();
        var warnings = sets.SelectMany(s => Warnings(s.Summary, raises)).ToList();
        console.Line();
        foreach (var warning in warnings) console.Line("warning: " + VisibleText.Of(warning));
        foreach (var group in faults)
        {
            var count = group.Sum(f => f.Rows.Count);
            console.Line($"{SupervisionSummary.Rows(count)} {group.Key}:");
            foreach (var row in group.SelectMany(f => f.Rows.First).Take(Listed)) console.Line("  " + VisibleText.Of(row.ToString()));
            if (count > Listed) console.Line(Text($"  … and {count - Listed:N0} more; --json true lists the first {Listing.Most:N0}"));
        }

        // A set of which every row is too long has no faulty row, and still nothing to train on.
        var empty = sets.Where(s => s.Summary.Report.Samples == 0).Select(s => s.Name).ToList();
        var passes = faults.Count == 0 && empty.Count == 0;
        console.Line(passes ? Passed(sets) : faults.Count > 0 ? "The check failed: mend the rows above, or train without them." : $"The check failed: no row is left for {string.Join(" and ", empty)}.");
        console.JsonLine(JsonText.Line(json => Write(json, settings, sets, passes, faults, warnings)));
        return passes ? ExitCode.Done : ExitCode.Data;
    }

    private static IEnumerable<(string Kind, Listing<RowError> Rows)> Faults(DatasetReport r, bool raises) =>
    [
        ("that can't be used", r.Rejected),
        ("with an answer that may never end", r.WithoutEnd),
        ("that training would see otherwise than inference", r.Misrendered),
        ("that are too long", raises ? r.TooLong : Listing.Empty<RowError>()),
    ];

    private static IEnumerable<string> Warnings(SupervisionSummary summary, bool raises)
    {
        var r = summary.Report;
        if (r.TooLong.Count > 0 && !raises) yield return SupervisionSummary.Rows(r.TooLong.Count) + " left out as too long";
        if (r.Truncated.Count > 0) yield return SupervisionSummary.Rows(r.Truncated.Count) + " cut as too long" + (r.TurnsCut > 0 ? Text($", {r.TurnsCut:N0} answers before their end token") : "");
        if (r.Duplicates.Count > 0) yield return SupervisionSummary.Rows(r.Duplicates.Count) + " equal to an earlier one";
        if (r.UnusedColumns.Count > 0) yield return "columns without a meaning here: " + string.Join(", ", r.UnusedColumns.Take(8).Select(c => c.Column));
        if (r.SplitAnswers > 0) yield return SupervisionSummary.Rows(r.SplitAnswers) + " with an answer that begins with white space: its tokens are those of inference, not those of the text as a whole";
    }

    private static string Passed(List<(string Name, SupervisionSummary Summary)> sets)
    {
        var (rows, samples) = (sets.Sum(s => s.Summary.Report.Rows), sets.Sum(s => s.Summary.Report.Samples));
        return samples == rows ? $"{(rows == 1 ? "" : "All ")}{SupervisionSummary.Rows(rows)} can be trained on." : Text($"{samples:N0} of {SupervisionSummary.Rows(rows)} can be trained on.");
    }

    private static void Write(Utf8JsonWriter json, PlanSettings settings, List<(string Name, SupervisionSummary Summary)> sets, bool passes, List<IGrouping<string, (string Kind, Listing<RowError> Rows)>> faults, List<string> warnings)
    {
        json.WriteBoolean("ok", passes);
        json.WriteStartObject("fault_counts");
        foreach (var group in faults) json.WriteNumber(group.Key, group.Sum(f => f.Rows.Count));
        json.WriteEndObject();
        json.WriteStartArray("faults");
        foreach (var (kind, row) in faults.SelectMany(g => g.SelectMany(f => f.Rows.First.Select(r => (g.Key, r)))))
        {
            json.WriteStartObject();
            json.WriteString("row", row.Location.ToString());
            json.WriteString("kind", kind);
            json.WriteString("reason", row.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("warnings");
        foreach (var warning in warnings) json.WriteStringValue(warning);
        json.WriteEndArray();
        foreach (var (name, summary) in sets)
        {
            json.WriteStartObject(name);
            SupervisionJson.Write(json, summary, WithValidation(settings, name));
            json.WriteEndObject();
        }
    }
}
