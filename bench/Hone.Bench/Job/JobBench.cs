using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Hone.Bench.Comparison;
using Hone.Bench.Training;
using Hone.Kernels.Cpu;
using Hone.Settings;
using Hone.Training;

namespace Hone.Bench.Job;

/// <summary>
/// A real job: LoRA of a Qwen2.5-0.5B-shaped model on Alpaca rows, eight rows a step. Hone runs it as <c>hone sft</c> would; PyTorch
/// trains the very same rows, padded the ways people pad: to the longest row of the eight, or every row to 512. Tokens that are
/// learned are the same in each step.
/// </summary>
internal static class JobBench
{
    private const int RowsPerStep = 8;
    private const string RowsFile = "rows.json";

    public static int Run(string[] args)
    {
        var steps = Options.Number(args, "--steps", 6);
        var peers = (Options.Text(args, "--peers") ?? "longest,512").Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (CompareBench.SharedFolder() is not { } shared || TorchPeer.BestSettings() is not { } environment) return 1;
        var folder = Directory.CreateTempSubdirectory("hone-job-").FullName;
        try
        {
            WriteModel(folder, Path.Combine(shared, "data", "tokenizers", "qwen2.5"));
            ResidentMemory.ResetPeak();
            var clock = new StepClock();
            using (var session = TrainingSession.Prepare(Settings(folder, shared, steps)))
            {
                // The first eight rows warm everything up and are not counted.
                var rows = session.Train.Samples.Take(RowsPerStep * (steps + 1)).ToList();
                File.WriteAllText(Path.Combine(folder, RowsFile), JsonSerializer.Serialize(rows.Select(r => new { ids = r.Ids, weights = r.LossWeights })));
                var lengths = rows.Skip(RowsPerStep).Select(r => r.Ids.Length).ToList();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{lengths.Count} rows, {lengths.Average():F0} tokens a row, {lengths.Chunk(RowsPerStep).Average(step => step.Max()):F0} in the longest of eight"));
                session.Start(clock);
                session.Run(CancellationToken.None, CancellationToken.None);
            }

            var ours = RowsPerStep / clock.MedianSeconds;
            Print("Hone", ours, ours, clock.LearnedTokens, ResidentMemory.PeakMegabytes());
            foreach (var peer in peers)
            {
                if (Torch(environment, shared, folder, peer) is not { } result) return 1;
                Print($"PyTorch, padded to {peer}", RowsPerStep / result.StepSeconds, ours, result.LearnedTokens, result.PeakMegabytes);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static SftSettings Settings(string folder, string shared, int steps) => new()
    {
        Model = folder,
        Dataset = [Path.Combine(shared, "data", "datasets", "alpaca_5k.json")],
        OutputDir = Path.Combine(folder, "run"),
        AddVersion = false,
        MaxLength = 512,
        Shuffle = false,
        PerDeviceTrainBatchSize = RowsPerStep,
        GradientAccumulationSteps = 1,
        LoraRank = 16,
        LoraAlpha = 32,
        LoraDropout = 0,
        LearningRate = 3e-4,
        MaxSteps = steps + 1,
        LoggingSteps = 1,
        Strict = false,
    };

    private static void WriteModel(string folder, string tokenizer)
    {
        var shape = TrainShape.All.Single(s => s.Name == "Q");
        using var kernels = new CpuKernels(0);
        TrainJob.WriteCheckpoint(shape, kernels, folder);
        foreach (var file in Directory.GetFiles(tokenizer, "*token*")) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }

    private static TorchResult? Torch(Dictionary<string, string?> environment, string shared, string folder, string padding)
    {
        var start = new ProcessStartInfo(TorchPeer.Python, [Path.Combine(AppContext.BaseDirectory, "Job", "padded_job.py"), Path.Combine(shared, "bench"), Path.Combine(folder, RowsFile), padding])
        {
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? JsonSerializer.Deserialize<TorchResult>(output) : null;
    }

    private static void Print(string who, double samples, double ours, double learned, long megabytes) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{who,-28} {samples,6:F3} samples/s   Hone is {ours / samples:F2} ×   {learned:F0} tokens learned a step, {megabytes} MB at most"));

    private sealed record TorchResult(double StepSeconds, double LearnedTokens, long PeakMegabytes);

    private sealed class StepClock : ITrainingObserver
    {
        private readonly List<StepReport> steps = [];

        public double MedianSeconds => ComparisonTable.Median(steps.Skip(1).Select(s => s.Duration.TotalSeconds));

        public double LearnedTokens => steps.Skip(1).Average(s => s.LearnedTokens);

        public void StepCompleted(in StepReport report) => steps.Add(report);
    }
}
