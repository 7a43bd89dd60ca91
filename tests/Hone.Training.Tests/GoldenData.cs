using Hone.Kernels;
using Hone.Kernels.Cpu;
using Hone.Settings;
using Hone.Testing;

namespace Hone.Training.Tests;

/// <summary>The golden micro-batches as data rows, and the settings under which they were trained.</summary>
internal static class GoldenData
{
    public static IKernels Kernels(int threads = 1) => new CpuKernels(threads);

    /// <summary>
    /// The micro-batches of a run one after the other, each row without its padding, as many times over as the run needs. Two rows a
    /// micro-batch in file order is then what the golden run did.
    /// </summary>
    public static List<TokenizedSample> Rows(string file, int microBatches = 12)
    {
        var golden = new GoldenTensors(file);
        var shape = golden.Shape("input_ids");
        return Rows(golden, "", (int)(shape[0] * shape[1]), microBatches * (int)shape[1]);
    }

    /// <summary>Batch i of a model's inputs.</summary>
    public static List<TokenizedSample> Batch(GoldenTensors inputs, int i)
    {
        var rows = (int)inputs.Shape($"batch{i}.input_ids")[0];
        return Rows(inputs, $"batch{i}.", rows, rows);
    }

    public static SftResult RunToEnd(Trainer trainer) => trainer.Run();

    private static List<TokenizedSample> Rows(GoldenTensors golden, string prefix, int stored, int wanted)
    {
        var (ids, mask, labels) = (golden.Ints(prefix + "input_ids"), golden.Ints(prefix + "attention_mask"), golden.Ints(prefix + "labels"));
        var length = ids.Length / stored;
        var rows = new List<TokenizedSample>();
        for (var i = 0; i < wanted; i++)
        {
            var start = i % stored * length;
            var n = mask.AsSpan(start, length).ToArray().Sum();
            rows.Add(new TokenizedSample(
                ids.AsSpan(start, n).ToArray(),
                [.. labels.AsSpan(start, n).ToArray().Select(v => v == -100 ? 0f : 1f)], i));
        }

        return rows;
    }

    public static SftSettings Settings(GoldenRun run) => new()
    {
        LearningRate = run.LearningRate,
        LrSchedulerType = run.Schedule,
        WarmupSteps = run.WarmupSteps,
        WeightDecay = run.WeightDecay,
        AdamBeta1 = run.Beta1,
        AdamBeta2 = run.Beta2,
        MaxGradNorm = run.Clip,
        MaxSteps = run.Steps.Count,
        PerDeviceTrainBatchSize = 2,
        GradientAccumulationSteps = run.Accumulation,
        LossNormalization = run.Normalization,
        Shuffle = false,
        LoggingSteps = 1,
        SaveStrategy = IntervalStrategy.No,
    };
}
