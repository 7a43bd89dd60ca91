using System.Diagnostics;
using Hone.Bench.Training;
using Hone.Kernels.Cpu;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Settings;
using Hone.Tensors;
using Hone.Training;
using Hone.Training.Planning;

namespace Hone.Bench.Forecasting;

/// <summary>
/// The time that a plan forecasts against the time that the trainer then takes, on the shapes of the PyTorch reference script. With one
/// thread both go by the CPU time of this process, so that a busy machine doesn't spoil them.
/// </summary>
internal static class ForecastBench
{
    public static int Run(string[] args)
    {
        if (args is not [var name, var mode, var count, ..] || mode is not ("full" or "lora")
            || TrainShape.All.FirstOrDefault(s => s.Name == name) is not { } shape
            || !int.TryParse(count, out var steps) || steps < 1)
        {
            Console.Error.WriteLine("usage: hone-bench forecast S|M|Q full|lora STEPS [--checkpointing] [--threads N] [--rows-of TOKENS] [--learned-percent N]");
            return 2;
        }

        var threads = Options.Number(args, "--threads", Environment.ProcessorCount);
        var clock = new BenchClock(threads == 1);
        var checkpointing = args.Contains("--checkpointing");
        using var kernels = new CpuKernels(threads);
        var length = Options.Number(args, "--rows-of", shape.Sequence);
        var batch = Math.Max(1, shape.Tokens / length);
        var options = new TrainerOptions
        {
            Settings = new SftSettings
            {
                PerDeviceTrainBatchSize = batch,
                GradientAccumulationSteps = 1,
                MaxSteps = steps,
                TunerType = mode == "full" ? TunerType.Full : TunerType.Lora,
                LoggingSteps = steps,
            },
            GradientCheckpointing = checkpointing,
        };
        var rows = Rows(shape, batch * (steps + 1), length, Options.Number(args, "--learned-percent", 100));
        using var outline = Decoder.Outline(shape.Spec(), kernels, mode == "full");
        Adapt(outline, mode);
        var began = Stopwatch.GetTimestamp();
        var forecast = new TimeForecast(outline, new TrainingPlan(rows, [], options), checkpointing, () => clock.Now);
        var measuring = Stopwatch.GetElapsedTime(began).TotalSeconds;
        using var decoder = Decoder.Create(shape.Spec(), kernels, 1, mode == "full");
        Adapt(decoder, mode);
        using var trainer = new Trainer(decoder, rows, [], options);
        var start = clock.Now;
        _ = trainer.Run();
        var taken = (clock.Now - start) / steps;
        Console.WriteLine(FormattableString.Invariant(
            $"{name} {mode}, {batch} rows of {length}, {threads} thread(s){(checkpointing ? ", checkpointing" : "")}: forecast {forecast.Step.TotalMilliseconds:F1} ms a step ({forecast.Gigaflops:F0} GFLOP/s), taken {1e3 * taken:F1} ms, ratio {forecast.Step.TotalSeconds / taken:F3}; measured for {measuring:F2} s"));
        return 0;
    }

    private static void Adapt(Decoder decoder, string mode)
    {
        if (mode == "lora") decoder.AddLora(new PeftConfig { Rank = 16, LoraAlpha = 32, LoraDropout = 0.05, Target = TargetModules.AllLinear }, 1);
    }

    private static List<TokenizedSample> Rows(TrainShape shape, int count, int length, int learnedPercent)
    {
        var rows = new List<TokenizedSample>();
        for (var r = 0; r < count; r++)
        {
            var ids = Enumerable.Range(0, length).Select(i => (int)(CounterRandom.UInt32(7, (ulong)r, (ulong)i) % (uint)shape.Vocabulary)).ToArray();
            var weights = Enumerable.Range(0, length).Select(i => i >= length - (length * learnedPercent / 100) ? 1f : 0f).ToArray();
            rows.Add(new TokenizedSample(ids, weights, r));
        }

        return rows;
    }
}
