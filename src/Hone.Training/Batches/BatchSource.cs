namespace Hone.Training.Batches;

/// <summary>The micro-batches of an epoch, in order.</summary>
internal abstract class BatchSource
{
    /// <summary>Micro-batches in the epoch.</summary>
    public abstract int Count { get; }

    /// <summary>The micro-batches [first, end) are those of the step to come, or what is left of it; none before them is asked for any more.</summary>
    public virtual void Require(int first, int end)
    {
    }

    /// <summary>Lays the samples of a micro-batch end to end.</summary>
    public abstract void Fill(int microBatch, MicroBatch batch);

    /// <summary>Sum of the weights of the learned tokens of a micro-batch.</summary>
    public abstract double WeightOf(int microBatch);

    /// <summary>The same with the weights of first tokens, which nothing predicts.</summary>
    public abstract double UnshiftedWeightOf(int microBatch);

    /// <summary>Where the rows of a micro-batch stand, for messages.</summary>
    public abstract IEnumerable<string> RowsOf(int microBatch);
}
