using System.Globalization;
using Hone.Data.Ledger;

namespace Hone.Cli;

/// <summary>How long rows are, drawn in characters.</summary>
internal static class LengthChart
{
    /// <summary>Ranges of a chart.</summary>
    public const int Ranges = 12;

    private const int WidestBar = 40;

    private static readonly string[] s_eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

    /// <summary>The shares of rows that are worth a figure, and their names.</summary>
    public static IReadOnlyList<(string Name, double Share)> Percentiles { get; } =
        [("shortest", 0), ("median", 0.5), ("90 %", 0.9), ("95 %", 0.95), ("99 %", 0.99), ("longest", 1)];

    /// <summary>One line for each range of lengths: tokens, rows, a bar.</summary>
    public static IEnumerable<string> Lines(LengthCounts lengths, int width)
    {
        var ranges = lengths.Ranges(Ranges);
        if (ranges.Count == 0) yield break;
        var names = ranges.Select(r => Text($"{r.From:N0}–{r.To:N0}")).ToList();
        var counts = ranges.Select(r => Text($"{r.Samples:N0}")).ToList();
        var (nameWidth, countWidth) = (names.Max(n => n.Length), counts.Max(c => c.Length));
        var room = Math.Clamp(width - nameWidth - countWidth - 8, 4, WidestBar);
        var most = ranges.Max(r => r.Samples);
        for (var i = 0; i < ranges.Count; i++)
            yield return $"  {names[i].PadLeft(nameWidth)}  {counts[i].PadLeft(countWidth)}  {Bar((double)ranges[i].Samples / most * room)}".TrimEnd();
    }

    /// <summary>A bar that shows its least part of an eighth.</summary>
    private static string Bar(double columns)
    {
        var eighths = (int)Math.Ceiling(columns * 8);
        return new string('█', eighths / 8) + s_eighths[eighths % 8];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
