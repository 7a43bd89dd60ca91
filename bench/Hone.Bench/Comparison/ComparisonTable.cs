using System.Globalization;
using Hone.Bench.Training;

namespace Hone.Bench.Comparison;

/// <summary>Medians of the rounds, each contestant beside PyTorch.</summary>
internal sealed class ComparisonTable(double peak)
{
    private const string Peer = "PyTorch";
    private readonly List<(string Name, TrainResult Result)> rows = [];

    public void Add(string name, TrainResult result) => rows.Add((name, result));

    public void Print(TextWriter to)
    {
        to.WriteLine();
        to.WriteLine("| config, mode | who | tokens/s | × PyTorch | GFLOP/s | % of peak | peak MB | loss |");
        to.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var group in rows.GroupBy(r => (r.Result.Config, r.Result.Mode)))
        {
            var peer = Median(group.Where(r => r.Name == Peer).Select(r => r.Result.TokensPerSecond));
            foreach (var contestant in group.GroupBy(r => r.Name))
            {
                var tokens = Median(contestant.Select(r => r.Result.TokensPerSecond));
                var gigaflops = Median(contestant.Select(r => r.Result.Gigaflops));
                var last = contestant.Last().Result;
                to.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {group.Key.Config} {group.Key.Mode} | {contestant.Key} | {tokens:F1} | {tokens / peer:F2} | {gigaflops:F0} | {100 * gigaflops / peak:F0} | {contestant.Max(r => r.Result.PeakResidentMegabytes)} | {last.FirstLoss:F3} → {last.LastLoss:F3} |"));
            }
        }
    }

    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN
            : sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
