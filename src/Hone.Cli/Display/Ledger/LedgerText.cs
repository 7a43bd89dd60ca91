using System.Globalization;
using System.Text;
using Hone.Data.Ledger;
using Hone.Data.Rendering;

namespace Hone.Cli;

/// <summary>Shows rows in the terminal as the model sees them: what is learned in colour, or between marks where there is none.</summary>
internal sealed class LedgerText(CliConsole console)
{
    /// <summary>Characters of a row that are shown; the HTML file has more.</summary>
    private const int MostCharacters = 6000;

    private const int RoleWidth = 13;

    private const string Learned = "\e[30;42m", More = "\e[30;43m", Less = "\e[30;46m", Cut = "\e[9;2m", Plain = "\e[2m", Off = "\e[0m";

    /// <summary>What colours or marks mean.</summary>
    public void ShowLegend() => console.Line(console.HasColor
        ? $"{Learned} learned {Off} {More} weighs more {Off} {Less} weighs less {Off} {Plain}not learned{Off} {Cut}cut off{Off}   ↵ line break"
        : "⟦learned⟧  ⟦2×weighs twice⟧  not learned  ~cut off~   ↵ line break");

    /// <summary>One row.</summary>
    public void Show(LedgerRow row)
    {
        console.Line();
        console.Heading(Heading(row));
        if (row.Reason is { } reason) console.Line((row.Fate == RowFate.Truncated ? "  cut: " : "  left out: ") + VisibleText.Of(reason));
        foreach (var (role, text) in Speeches(row))
        {
            var lines = text.Split('\n');
            for (var i = 0; i < lines.Length; i++)
            {
                if (i > 0 && i == lines.Length - 1 && lines[i].Length == 0) break;
                console.Line((i == 0 ? $"  {SupervisionSummary.NameOf(role)}".PadRight(RoleWidth) : new string(' ', RoleWidth)) + "│ " + lines[i]);
            }
        }
    }

    /// <summary>Where the row stands, its form, and what is learned of it.</summary>
    public static string Heading(LedgerRow row)
    {
        var parts = new List<string> { row.Location.ToString() };
        if (row.Form.Length > 0) parts.Add(row.Form);
        if (row.Channel is { } channel) parts.Add("channel " + channel);
        if (row.Ids.Count > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{row.Ids.Count:N0} tokens, {row.Learned:N0} learned"));
        if (row.Ends.Count > 0) parts.Add(Ends(row.Ends));
        return VisibleText.Of(string.Join("  ·  ", parts));
    }

    /// <summary>Of how many answers the end token is learned.</summary>
    public static string Ends(IReadOnlyList<TurnEnd> ends)
    {
        var learned = ends.Count(e => e == TurnEnd.Learned);
        if (learned == ends.Count) return ends.Count == 1 ? "end token learned" : $"all {ends.Count} end tokens learned";
        return ends.Count == 1 ? "end token NOT learned" : $"{learned} of {ends.Count} end tokens learned";
    }

    private IEnumerable<(SegmentRole Role, string Text)> Speeches(LedgerRow row)
    {
        var shown = 0;
        for (var i = 0; i < row.Pieces.Count && shown < MostCharacters;)
        {
            var (role, text) = (row.Pieces[i].Role, new StringBuilder());
            while (i < row.Pieces.Count && row.Pieces[i].Role == role && shown < MostCharacters)
            {
                var style = StyleOf(row, row.Pieces[i]);
                var run = new StringBuilder();
                while (i < row.Pieces.Count && row.Pieces[i].Role == role && StyleOf(row, row.Pieces[i]) == style && shown < MostCharacters)
                {
                    run.Append(row.Pieces[i].Text);
                    shown += row.Pieces[i++].Text.Length;
                }

                Append(text, VisibleText.Of(run.ToString()), style);
            }

            yield return (role, text.ToString());
            if (shown >= MostCharacters && i < row.Pieces.Count)
                yield return (role, string.Create(CultureInfo.InvariantCulture, $"… {row.Ids.Count - row.Pieces[i].Start:N0} more tokens"));
        }
    }

    private static (float Weight, bool IsCut) StyleOf(LedgerRow row, LedgerPiece piece) =>
        piece.Start < row.Kept.Start || piece.Start >= row.Kept.End ? (0, true) : (piece.Weight, false);

    /// <summary>Colour ends with each line, so that it doesn't run into the margin.</summary>
    private void Append(StringBuilder text, string run, (float Weight, bool IsCut) style)
    {
        if (!console.HasColor)
        {
            var end = run.EndsWith('\n') ? "\n" : "";
            run = run[..^end.Length];
            text.Append(style switch
            {
                (_, true) => $"~{run}~{end}",
                (0, _) => run + end,
                (1, _) => $"⟦{run}⟧{end}",
                _ => string.Create(CultureInfo.InvariantCulture, $"⟦{style.Weight:G4}×{run}⟧{end}"),
            });
            return;
        }

        var color = style switch { (_, true) => Cut, (0, _) => Plain, (1, _) => Learned, ( > 1, _) => More, _ => Less };
        text.AppendJoin('\n', run.Split('\n').Select(line => line.Length == 0 ? "" : color + line + Off));
    }
}
