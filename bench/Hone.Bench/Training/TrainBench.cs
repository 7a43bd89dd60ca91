using System.Globalization;
using System.Text.Json;
using Hone.Bench.Profiling;
using Hone.Kernels;
using Hone.Kernels.Cpu;

namespace Hone.Bench.Training;

/// <summary>
/// Seconds of a training step, measured as the PyTorch reference script measures: one step to warm up, then each step waits for
/// a quiet machine, and steps that others disturbed are left out of the median when three clean ones exist (otherwise the fastest
/// counts). With one thread the process's CPU time counts instead of the clock.
/// </summary>
internal static class TrainBench
{
    private const double CleanShare = 0.05;

    public static int Run(string[] args)
    {
        if (args is not [var name, var mode, var count, ..] || mode is not ("full" or "lora")
            || TrainShape.All.FirstOrDefault(s => s.Name == name) is not { } shape
            || !int.TryParse(count, out var steps) || steps < 1)
        {
            Console.Error.WriteLine("usage: hone-bench train S|M|Q full|lora STEPS [options]");
            return 2;
        }

        var threads = Options.Number(args, "--threads", Environment.ProcessorCount);
        var peak = MachinePeak.MeasureGigaflops(threads);
        var bandwidth = args.Contains("--profile") ? MachinePeak.MeasureBandwidth(threads) : 0;
        using var cpu = new CpuKernels(threads);
        using var profiling = args.Contains("--profile") ? new ProfilingKernels(cpu, new BenchClock(threads == 1)) : null;
        var kernels = (IKernels?)profiling ?? cpu;
        var folder = mode == "lora" && args.Contains("--bf16") ? Directory.CreateTempSubdirectory("hone-bench-").FullName : null;
        try
        {
            if (folder is not null) TrainJob.WriteCheckpoint(shape, cpu, folder);
            ResidentMemory.ResetPeak();
            using var job = new TrainJob(shape, kernels, mode == "lora", folder, args.Contains("--checkpointing"));
            var result = Measure(job, shape, mode, steps, threads, Options.Number(args, "--wait", 6), profiling) with
            {
                Weights = folder is null ? "F32" : "BF16",
                PeakGigaflops = Math.Round(peak, 1),
            };
            Print(result, args.Contains("--json"), cpu.Description);
            profiling?.Print(Console.Out, steps, peak, bandwidth);
        }
        finally
        {
            if (folder is not null) Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static TrainResult Measure(TrainJob job, TrainShape shape, string mode, int steps, int threads, int wait,
        ProfilingKernels? profiling)
    {
        var single = threads == 1;
        var times = new List<(double Seconds, double Foreign)>();
        var (first, last) = (job.Step(), 0.0);
        var managed = 0L;
        profiling?.Clear();
        for (var i = 0; i < steps; i++)
        {
            if (!single) CpuMeter.WaitForQuiet(wait);
            var start = CpuMeter.Read();
            var before = GC.GetTotalAllocatedBytes(precise: true);
            last = job.Step();
            managed = Math.Max(managed, GC.GetTotalAllocatedBytes(precise: true) - before);
            var end = CpuMeter.Read();
            times.Add(single ? (end.OwnSince(start), 0) : (end.SecondsSince(start), end.ForeignShareSince(start)));
        }

        var best = times.Min(t => t.Seconds);
        var clean = times.Where(t => t.Foreign < CleanShare).Select(t => t.Seconds).Order().ToList();
        var seconds = clean.Count >= 3 ? clean[clean.Count / 2] : best;
        return new TrainResult
        {
            Config = shape.Name,
            Mode = mode,
            Threads = threads,
            Parameters = job.Parameters,
            Trainable = job.Trainable,
            Steps = steps,
            Clean = clean.Count,
            StepSeconds = Math.Round(seconds, 4),
            TokensPerSecond = Math.Round(shape.Tokens / seconds, 1),
            BestTokensPerSecond = Math.Round(shape.Tokens / best, 1),
            Gigaflops = Math.Round(job.FlopsPerStep / seconds * 1e-9, 1),
            PeakResidentMegabytes = ResidentMemory.PeakMegabytes(),
            ManagedBytesPerStep = managed,
            FirstLoss = Math.Round(first, 4),
            LastLoss = Math.Round(last, 4),
        };
    }

    private static void Print(TrainResult r, bool asJson, string device)
    {
        if (asJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(r));
            return;
        }

        var text = CultureInfo.InvariantCulture;
        Console.WriteLine(string.Create(text, $"{r.Config} {r.Mode}, {r.Weights} weights, {r.Parameters / 1e6:F1}M parameters, {r.Trainable / 1e6:F2}M trained; {device}"));
        Console.WriteLine(string.Create(text, $"{r.StepSeconds * 1e3:F1} ms a step, {r.TokensPerSecond:F0} tokens/s (best {r.BestTokensPerSecond:F0}; {r.Clean} of {r.Steps} steps undisturbed)"));
        Console.WriteLine(string.Create(text, $"{r.Gigaflops:F1} GFLOP/s = {100 * r.Gigaflops / r.PeakGigaflops:F0} % of the measured {r.PeakGigaflops:F0}"));
        Console.WriteLine(string.Create(text, $"{r.PeakResidentMegabytes} MB at most, {r.ManagedBytesPerStep} managed bytes a step; loss {r.FirstLoss:F4} → {r.LastLoss:F4}"));
    }
}
