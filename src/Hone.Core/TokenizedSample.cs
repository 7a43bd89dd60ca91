namespace Hone;

/// <summary>One data row after rendering and tokenization: what the packer lays into micro-batches.</summary>
/// <param name="Ids">Token ids, at least one.</param>
/// <param name="LossWeights">Weight of learning each token, 0 = not learned; as long as <paramref name="Ids"/>.</param>
/// <param name="Row">Index of the row in the data set, for errors and the ledger.</param>
public sealed record TokenizedSample(int[] Ids, float[] LossWeights, int Row)
{
    /// <summary>Tokens that are learned: those with a weight, except the first, which nothing predicts.</summary>
    public int LearnedCount
    {
        get
        {
            var n = 0;
            for (var i = 1; i < LossWeights.Length; i++)
                if (LossWeights[i] > 0) n++;
            return n;
        }
    }
}
