using Hone.Kernels;
using Hone.Kernels.Cpu;
using Hone.Settings;

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
        using var golden = Golden.Open(file);
        var shape = golden.Tensors.First(t => t.Name == "input_ids").Shape;
        var (ids, mask, labels) = (golden.Elements<long>("input_ids").ToArray(), golden.Elements<long>("attention_mask").ToArray(),
            golden.Elements<long>("labels").ToArray());
        var (perBatch, length) = ((int)shape[1], (int)shape[2]);
        var rows = new List<TokenizedSample>();
        for (var i = 0; i < microBatches * perBatch; i++)
        {
            var row = i % ((int)shape[0] * perBatch);
            var n = (int)mask.AsSpan(row * length, length).ToArray().Sum();
            rows.Add(new TokenizedSample(
                [.. ids.AsSpan(row * length, n).ToArray().Select(v => (int)v)],
                [.. labels.AsSpan(row * length, n).ToArray().Select(v => v == -100 ? 0f : 1f)], i));
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
        Shuffle = false,
        LoggingSteps = 1,
        SaveStrategy = IntervalStrategy.No,
    };
}
