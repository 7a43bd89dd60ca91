using System.Globalization;
using Hone.Data;
using Hone.Data.Ledger;
using Hone.Data.Rendering;
using Hone.Training;

namespace Hone.Cli;

/// <summary>What is learned of a data set, and what became of every row, as lines for people.</summary>
/// <param name="Report">The account of its rows.</param>
/// <param name="PackingLength">Tokens that a pack would hold.</param>
/// <param name="IsPacked">Whether rows are packed.</param>
internal sealed record SupervisionSummary(DatasetReport Report, int PackingLength, bool IsPacked)
{
    private const int Listed = 3;

    /// <summary>The summary of a data set of a run.</summary>
    public static SupervisionSummary Of(TrainingSession session, DatasetReport report) =>
        new(report, session.Settings.PackingLength ?? session.MaxLength, session.Settings.Packing);

    /// <summary>How full packs are, 0 to 1.</summary>
    public double PackingEfficiency { get; } = PackingForecast.Efficiency(Report.Lengths, PackingLength);

    /// <summary>Answers that are learned with their end token.</summary>
    public int TurnsWithEnd => Report.LearnedTurns - Report.TurnsWithoutEnd - Report.TurnsCut;

    /// <summary>One line: rows, tokens, learned tokens, the longest row.</summary>
    public static string Size(DatasetReport r) => Text(
        $"{Rows(r.Samples)}, {r.Tokens:N0} tokens, {r.LearnedTokens:N0} of them learned ({Share(r.LearnedTokens, r.Tokens)}); longest {r.LongestSample:N0}");

    /// <summary>A share as people read it.</summary>
    public static string Share(double part, double whole) => (whole == 0 ? 0 : part / whole).ToString("P1", CultureInfo.InvariantCulture);

    /// <summary>The name of a role.</summary>
    public static string NameOf(SegmentRole role) => role.ToString().ToLowerInvariant();

    /// <summary>Everything else, name by name.</summary>
    public IEnumerable<(string Name, string Value)> Details() => Report.Samples == 0 ? Account() : [.. Account(), ("packing", Packing)];

    /// <summary>Everything that is counted of rows before some of them are held back for validation.</summary>
    public IEnumerable<(string Name, string Value)> Account() => Facts().Select(f => (f.Name, VisibleText.Of(f.Value)));

    /// <summary>How full packs are, in words.</summary>
    public string Packing => IsPacked
        ? Text($"packs of {PackingLength:N0} tokens, {PackingEfficiency:P1} full")
        : Text($"off; packs of {PackingLength:N0} tokens would be {PackingEfficiency:P1} full");

    private IEnumerable<(string Name, string Value)> Facts()
    {
        var r = Report;
        if (r.Sources.Count > 1 || r.Sources.Any(s => s.Note is not null)) yield return ("from", string.Join("; ", r.Sources.Take(6)
            .Select(s => Text($"{Path.GetFileName(Path.TrimEndingDirectorySeparator(s.Name))}: {Rows(s.Rows)}") + (s.Note is null ? "" : $" ({s.Note})"))) + (r.Sources.Count > 6 ? " …" : ""));
        if (r.Forms.Count > 0) yield return ("read as", string.Join("; ", r.Forms.Take(4).Select(f => r.Forms.Count == 1 ? f.Form : $"{f.Form}: {Rows(f.Rows)}")) + (r.Forms.Count > 4 ? " …" : ""));
        if (r.UnusedColumns.Count > 0) yield return ("not used", "columns " + string.Join(", ", r.UnusedColumns.Take(8).Select(c => c.Column)) + (r.UnusedColumns.Count > 8 ? " …" : ""));
        if (r.Channels.Count > 0) yield return ("channels", string.Join("; ", r.Channels.OrderBy(c => c.Key, StringComparer.Ordinal).Take(8)
            .Select(c => Text($"{c.Key}: {Rows(c.Value.Samples)}, {c.Value.LearnedTokens:N0} tokens learned"))) + (r.Channels.Count > 8 ? " …" : ""));
        if (r.Roles.Count > 0) yield return ("learned of", string.Join("; ", r.Roles.OrderByDescending(s => s.LearnedTokens).ThenBy(s => s.Role)
            .Select(s => Text($"{NameOf(s.Role)} {s.LearnedTokens:N0} of {s.Tokens:N0}"))));
        if (r.LearnedTurns > 0) yield return ("answers", Answers());
        if (r.Duplicates.Count > 0) yield return ("duplicates", Rows(r.Duplicates.Count, r.Duplicates.First.Select(d => $"{d.Location} equals {d.First}")));
        if (r.Rejected.Count > 0) yield return ("rejected", Rows(r.Rejected.Count, r.Rejected.First.Select(e => e.ToString())));
        if (r.TooLong.Count > 0) yield return ("too long", Rows(r.TooLong.Count, r.TooLong.First.Select(e => e.ToString())));
        if (r.Truncated.Count > 0) yield return ("truncated", Rows(r.Truncated.Count, r.Truncated.First.Select(e => e.ToString())));
    }

    private string Answers()
    {
        var r = Report;
        var text = Text($"{r.LearnedTurns:N0} learned, {TurnsWithEnd:N0} of them with their end token");
        if (r.TurnsCut > 0) text += Text($", {r.TurnsCut:N0} cut before it");
        return r.TurnsWithoutEnd == 0 ? text
            : text + Text($", {r.TurnsWithoutEnd:N0} without one: ") + string.Join("; ", r.WithoutEnd.First.Take(Listed).Select(e => e.Location.ToString())) + (r.WithoutEnd.Count > Listed ? " …" : "");
    }

    /// <summary>A number of rows: <c>1 row</c>, <c>2,000 rows</c>.</summary>
    public static string Rows(int count) => Text($"{count:N0} row{(count == 1 ? "" : "s")}");

    private static string Rows(int count, IEnumerable<string> rows) =>
        Rows(count) + ": " + string.Join("; ", rows.Take(Listed)) + (count > Listed ? " …" : "");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
