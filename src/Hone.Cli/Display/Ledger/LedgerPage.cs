using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Hone.Data;
using Hone.Data.Ledger;
using Hone.Data.Rendering;

namespace Hone.Cli;

/// <summary>
/// The ledger as one HTML file that needs nothing beside it. It has no script, and its policy forbids any; everything that comes from
/// data is escaped.
/// </summary>
internal sealed class LedgerPage(TextWriter to)
{
    /// <summary>Tokens of a row that are shown.</summary>
    private const int MostPieces = 20_000;

    private const int MostListed = 200;

    private static readonly HtmlEncoder s_encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Writes the page.</summary>
    /// <param name="title">Which rows, with which model.</param>
    /// <param name="sets">The data sets by name.</param>
    /// <param name="rows">Rows to show.</param>
    public void Write(string title, IReadOnlyList<(string Name, SupervisionSummary Summary)> sets, IReadOnlyList<LedgerRow> rows)
    {
        to.Write("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
        to.Write($"<title>{Escape(title)}</title>\n<style>\n{Style()}</style>\n</head>\n<body>\n<main>\n");
        to.Write($"<h1>What will be learned</h1>\n<p class=\"soft\">{Escape(title)}</p>\n");
        foreach (var (name, summary) in sets) WriteSet(sets.Count > 1 ? name : null, summary);
        if (rows.Count > 0)
        {
            to.Write("<h2>Rows as the model sees them</h2>\n<p class=\"legend\"><s class=\"l\">learned</s> <s class=\"more\">weighs more</s> <s class=\"less\">weighs less</s> the rest is not learned. "
                + "Each token is underlined by itself; ↵ is a line break.</p>\n");
        }

        foreach (var row in rows) WriteRow(row);
        to.Write($"<p class=\"soft\">Made by hone {Escape(Application.Version)}.</p>\n</main>\n</body>\n</html>\n");
    }

    private void WriteSet(string? name, SupervisionSummary summary)
    {
        var r = summary.Report;
        if (name is not null) to.Write($"<h2>{Escape(name)}</h2>\n");
        to.Write("<div class=\"cards\">\n");
        Card(Number(r.Samples), Text($"of {r.Rows:N0} rows are used"));
        Card(Number(r.Tokens), Text($"tokens; the longest row has {r.LongestSample:N0}"));
        Card(SupervisionSummary.Share(r.LearnedTokens, r.Tokens), Text($"learned: {r.LearnedTokens:N0} tokens"));
        if (r.LearnedTurns > 0) Card(Text($"{summary.TurnsWithEnd:N0} of {r.LearnedTurns:N0}"), "answers are learned with their end token", summary.TurnsWithEnd < r.LearnedTurns);
        Card(SupervisionSummary.Share(summary.PackingEfficiency, 1), Text($"full: packs of {summary.PackingLength:N0} tokens{(summary.IsPacked ? "" : " (packing is off)")}"));
        to.Write("</div>\n");
        WriteRoles(r);
        WriteLengths(r.Lengths);
        WriteShapes(r);
        WriteList("that can't be used", r.Rejected, isBad: true);
        WriteList("with an answer whose end token is not learned", r.WithoutEnd, isBad: true);
        WriteList("left out as too long", r.TooLong, isBad: false);
        WriteList("cut as too long", r.Truncated, isBad: false);
        WriteList("equal to an earlier one", new Listing<string>(r.Duplicates.Count, [.. r.Duplicates.First.Select(d => $"{d.Location} equals {d.First}")]), isBad: false);
    }

    private void Card(string figure, string words, bool isBad = false) =>
        to.Write($"<div class=\"card\"><b{(isBad ? " class=\"warn\"" : "")}>{Escape(figure)}</b><span>{Escape(words)}</span></div>\n");

    private void WriteRoles(DatasetReport r)
    {
        to.Write("<h2>By role</h2>\n<div class=\"table\"><table>\n<tr><th>role</th><th>tokens</th><th>learned</th><th></th></tr>\n");
        var most = r.Roles.Select(s => s.Tokens).DefaultIfEmpty(1).Max();
        foreach (var share in r.Roles)
        {
            to.Write($"<tr><td>{SupervisionSummary.NameOf(share.Role)}</td><td>{Number(share.Tokens)}</td><td>{Number(share.LearnedTokens)}</td>"
                + $"<td class=\"bar\"><i class=\"whole\" style=\"width:{Percent(share.Tokens, most)}\"><i class=\"learned\" style=\"width:{Percent(share.LearnedTokens, share.Tokens)}\"></i></i></td></tr>\n");
        }

        to.Write("</table></div>\n");
    }

    private void WriteLengths(LengthCounts lengths)
    {
        var ranges = lengths.Ranges(LengthChart.Ranges);
        if (ranges.Count == 0) return;
        var most = ranges.Max(r => r.Samples);
        to.Write("<h2>Length in tokens</h2>\n<p class=\"soft\">");
        to.Write(string.Join(" · ", LengthChart.Percentiles.Select(p => Escape(Text($"{p.Name} {lengths.Percentile(p.Share):N0}").Replace(' ', '\u00A0')))));
        to.Write("</p>\n<div class=\"table\"><table>\n<tr><th>tokens</th><th>rows</th><th></th></tr>\n");
        foreach (var (from, end, samples) in ranges)
            to.Write($"<tr><td>{Number(from)}–{Number(end)}</td><td>{Number(samples)}</td><td class=\"bar\"><i style=\"width:{Percent(samples, most)}\"></i></td></tr>\n");
        to.Write("</table></div>\n");
    }

    private void WriteShapes(DatasetReport r)
    {
        if (r.Forms.Count == 0) return;
        to.Write("<h2>Read as</h2>\n<div class=\"table\"><table>\n<tr><th>form</th><th>rows</th></tr>\n");
        foreach (var (form, rows) in r.Forms) to.Write($"<tr><td>{Shown(form)}</td><td>{Number(rows)}</td></tr>\n");
        foreach (var (channel, share) in r.Channels.OrderBy(c => c.Key, StringComparer.Ordinal).Take(MostListed))
            to.Write($"<tr><td>channel {Shown(channel)}</td><td>{Number(share.Samples)}</td></tr>\n");
        foreach (var (column, rows) in r.UnusedColumns) to.Write($"<tr><td>column {Shown(column)}: not used</td><td>{Number(rows)}</td></tr>\n");
        to.Write("</table></div>\n");
    }

    private void WriteList<T>(string what, Listing<T> items, bool isBad)
    {
        var count = items.Count;
        if (count == 0) return;
        to.Write($"<details><summary{(isBad ? " class=\"warn\"" : "")}>{Number(count)} row{(count == 1 ? "" : "s")} {Escape(what)}</summary>\n<ul>\n");
        foreach (var item in items.First.Take(MostListed)) to.Write($"<li>{Shown($"{item}")}</li>\n");
        if (count > MostListed) to.Write($"<li>… and {Number(count - MostListed)} more</li>\n");
        to.Write("</ul></details>\n");
    }

    private void WriteRow(LedgerRow row)
    {
        to.Write($"<article class=\"row\">\n<header><b>{Shown(row.Location.ToString())}</b>");
        if (row.Form.Length > 0) to.Write($"<span>{Shown(row.Form)}</span>");
        if (row.Channel is { } channel) to.Write($"<span>channel {Shown(channel)}</span>");
        if (row.Ids.Count > 0) to.Write($"<span>{Number(row.Ids.Count)} tokens, {Number(row.Learned)} learned</span>");
        if (row.Ends.Count > 0) to.Write($"<span{(row.Ends.All(e => e == TurnEnd.Learned) ? "" : " class=\"warn\"")}>{Escape(LedgerText.Ends(row.Ends))}</span>");
        if (row.Reason is { } reason) to.Write($"<span class=\"warn\">{(row.Fate == RowFate.Truncated ? "cut" : "left out")}: {Shown(reason)}</span>");
        to.Write("</header>\n");
        for (var i = 0; i < row.Pieces.Count && i < MostPieces;)
        {
            var role = SupervisionSummary.NameOf(row.Pieces[i].Role);
            to.Write($"<div class=\"say {role}\"><span>{role}</span><p>");
            for (var first = i; i < row.Pieces.Count && i < MostPieces && row.Pieces[i].Role == row.Pieces[first].Role; i++) WritePiece(row, row.Pieces[i]);
            to.Write("</p></div>\n");
        }

        if (row.Pieces.Count > MostPieces) to.Write($"<div class=\"say\"><span></span><p>… {Number(row.Ids.Count - row.Pieces[MostPieces].Start)} more tokens</p></div>\n");
        to.Write("</article>\n");
    }

    private void WritePiece(LedgerRow row, LedgerPiece piece)
    {
        var isCut = piece.Start < row.Kept.Start || piece.Start >= row.Kept.End;
        var style = isCut ? "cut" : piece.Weight switch { 0 => "", 1 => "l", > 1 => "l more", _ => "l less" };
        var ids = string.Join(' ', row.Ids.Skip(piece.Start).Take(piece.Count).Select(id => id.ToString(CultureInfo.InvariantCulture)));
        to.Write($"<s{(style.Length == 0 ? "" : $" class=\"{style}\"")} title=\"{ids}{(piece.Weight is 0 or 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", weight {piece.Weight:G4}"))}\">");
        to.Write(Shown(piece.Text).Replace(Escape(VisibleText.LineBreakMark + "\n"), "<u>↵</u>\n", StringComparison.Ordinal));
        to.Write("</s>");
    }

    private static string Style()
    {
        using var stream = typeof(LedgerPage).Assembly.GetManifestResourceStream("ledger.css") ?? throw new InvalidOperationException("the resource ledger.css is missing from the build");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Shown(string text) => Escape(VisibleText.Of(text));

    private static string Escape(string text) => s_encoder.Encode(text);

    private static string Percent(double part, double whole) => (whole == 0 ? 0 : 100 * part / whole).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    private static string Number(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
