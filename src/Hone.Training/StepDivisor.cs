using Hone.Settings;
using Hone.Training.Batches;

namespace Hone.Training;

/// <summary>
/// What the summed losses of the micro-batches of one optimizer step are divided by: one number for them all, or for a mean of means
/// each micro-batch's own.
/// </summary>
internal readonly struct StepDivisor
{
    private readonly BatchSource batches;
    private readonly double whole;
    private readonly int means;

    /// <summary>Sums the weights of the micro-batches [first, end).</summary>
    public StepDivisor(LossNormalization normalization, BatchSource batches, int first, int end)
    {
        this.batches = batches;
        double learned = 0;
        for (var i = first; i < end; i++)
        {
            var own = batches.WeightOf(i);
            learned += own;
            whole += normalization == LossNormalization.UnshiftedCount ? batches.UnshiftedWeightOf(i) : own;
            if (normalization == LossNormalization.MeanOfMeans && own > 0) means++;
        }

        LearnsSomething = learned > 0;
    }

    /// <summary>Whether any token of the step has a weight and a prediction.</summary>
    public bool LearnsSomething { get; }

    /// <summary>The divisor of a micro-batch. One with nothing to learn has no mean, adds 0, and is not among those that are averaged.</summary>
    public double this[int microBatch] => means == 0 ? whole : batches.WeightOf(microBatch) is > 0 and var own ? own * means : 1;
}
