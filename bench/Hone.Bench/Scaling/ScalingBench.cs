using System.Globalization;
using Hone.Bench.Training;
using Hone.Kernels;
using Hone.Kernels.Cpu;
using Hone.Training.Runs.Plots;

namespace Hone.Bench.Scaling;

/// <summary>
/// How cost grows: tokens a second of the S shape while one thing varies, each a table and a picture. The sequence length varies at
/// equal tokens a step, so that what changes is attention.
/// </summary>
internal static class ScalingBench
{
    private const int Steps = 3;
    private const int TokensOfSequences = 8192;

    public static int Run(string[] args)
    {
        var threads = Options.Number(args, "--threads", Environment.ProcessorCount);
        var wait = Options.Number(args, "--wait", 6);
        var folder = Options.Text(args, "--out");
        if (folder is not null) Directory.CreateDirectory(folder);
        using var kernels = new CpuKernels(threads);
        Console.WriteLine($"{kernels.Description}; peak {MachinePeak.MeasureGigaflops(threads):F0} GFLOP/s");
        var s = TrainShape.All.Single(shape => shape.Name == "S");
        foreach (var series in new Series[]
        {
            new("sequence length", [.. Doubling(128, 8192).Select(n => new Case(n, s with { Sequence = n, Batch = TokensOfSequences / n }))]),
            new("rows in a batch", [.. Doubling(1, 32).Select(n => new Case(n, s with { Batch = n }))]),
            new("vocabulary", [.. Doubling(1024, 262144, 4).Select(n => new Case(n, s with { Vocabulary = n }))]),
            new("rank", [.. Doubling(4, 128).Select(n => new Case(n, s, n))]),
        })
        {
            var points = new List<(string Name, double Value)>();
            Console.WriteLine($"{series.Name,16} {"tokens/s",9} {"GFLOP/s",8}  (without attention)");
            foreach (var c in series.Cases)
            {
                var (tokens, gigaflops) = Measure(c, kernels, threads, wait);
                points.Add((c.Size.ToString(CultureInfo.InvariantCulture), tokens));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{c.Size,16} {tokens,9:F0} {gigaflops,8:F0}"));
            }

            if (folder is null) continue;
            var name = series.Name.Replace(' ', '-');
            File.WriteAllBytes(Path.Combine(folder, $"scaling-{name}.png"), LinePlot.DrawCases($"tokens/s by {series.Name}", points));
        }

        return 0;
    }

    /// <summary>The median of a few steps, each begun when the machine was quiet; on one thread by CPU time.</summary>
    private static (double TokensPerSecond, double Gigaflops) Measure(Case c, IKernels kernels, int threads, int wait)
    {
        using var job = new TrainJob(c.Shape, kernels, lora: c.Rank > 0, folder: null, checkpointing: false, Math.Max(1, c.Rank));
        var clock = new BenchClock(threads == 1);
        var seconds = new double[Steps];
        job.Step();
        for (var i = 0; i < Steps; i++)
        {
            if (threads > 1) CpuMeter.WaitForQuiet(wait);
            var start = clock.Now;
            job.Step();
            seconds[i] = clock.Now - start;
        }

        Array.Sort(seconds);
        var median = seconds[Steps / 2];
        return (c.Shape.Tokens / median, job.FlopsPerStep / median * 1e-9);
    }

    private static IEnumerable<int> Doubling(int from, int to, int factor = 2)
    {
        for (var n = from; n <= to; n *= factor) yield return n;
    }

    /// <summary>One size of what varies; with a rank, LoRA, otherwise all weights.</summary>
    private sealed record Case(int Size, TrainShape Shape, int Rank = 0);

    private sealed record Series(string Name, IReadOnlyList<Case> Cases);
}
