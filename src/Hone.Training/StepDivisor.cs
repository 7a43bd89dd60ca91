using Hone.Data.Packing;
using Hone.Settings;

namespace Hone.Training;

/// <summary>
/// What the summed losses of the micro-batches of one optimizer step are divided by: one number for them all, or for a mean of means
/// each micro-batch's own.
/// </summary>
internal readonly struct StepDivisor
{
    private readonly SampleSizes sizes;
    private readonly EpochPlan epoch;
    private readonly double whole;
    private readonly int means;

    /// <summary>Sums the weights of the micro-batches [first, end).</summary>
    public StepDivisor(LossNormalization normalization, SampleSizes sizes, EpochPlan epoch, int first, int end)
    {
        (this.sizes, this.epoch) = (sizes, epoch);
        double learned = 0;
        for (var i = first; i < end; i++)
        {
            var own = Sum(sizes.Weights, i);
            learned += own;
            whole += normalization == LossNormalization.UnshiftedCount ? Sum(sizes.UnshiftedWeights, i) : own;
            if (normalization == LossNormalization.MeanOfMeans && own > 0) means++;
        }

        LearnsSomething = learned > 0;
    }

    /// <summary>Whether any token of the step has a weight and a prediction.</summary>
    public bool LearnsSomething { get; }

    /// <summary>The divisor of a micro-batch. One with nothing to learn has no mean, adds 0, and is not among those that are averaged.</summary>
    public double this[int microBatch] => means == 0 ? whole : Sum(sizes.Weights, microBatch) is > 0 and var own ? own * means : 1;

    private double Sum(double[] weights, int microBatch)
    {
        double sum = 0;
        foreach (var sample in epoch.SamplesOf(microBatch)) sum += weights[sample];
        return sum;
    }
}
