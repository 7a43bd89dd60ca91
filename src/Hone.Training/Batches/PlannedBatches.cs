using Hone.Data.Packing;
using Hone.Data.Storage;

namespace Hone.Training.Batches;

/// <summary>The micro-batches of samples that are all there.</summary>
internal sealed class PlannedBatches(EpochPlan plan, SampleList samples, Func<int, string> rowName) : BatchSource
{
    public override int Count => plan.MicroBatchCount;

    public override void Fill(int microBatch, MicroBatch batch) => plan.Fill(microBatch, samples, batch);

    public override double WeightOf(int microBatch)
    {
        double sum = 0;
        foreach (var sample in plan.SamplesOf(microBatch)) sum += samples.SizeOf(sample).Weight;
        return sum;
    }

    public override double UnshiftedWeightOf(int microBatch)
    {
        double sum = 0;
        foreach (var sample in plan.SamplesOf(microBatch)) sum += samples.SizeOf(sample).UnshiftedWeight;
        return sum;
    }

    public override IEnumerable<string> RowsOf(int microBatch) => plan.SamplesOf(microBatch).ToArray().Select(i => rowName(samples[i].Row));
}
