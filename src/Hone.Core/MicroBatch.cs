namespace Hone;

/// <summary>
/// One packed micro-batch on the host: samples laid end to end as one stream of T tokens, without padding. Attention and
/// positions stop at the segment borders. All arrays can be longer than what is used, so that one object serves a whole
/// run without allocation.
/// </summary>
public sealed class MicroBatch
{
    /// <summary>Creates an empty batch that can hold up to the given sizes.</summary>
    /// <param name="maxTokens">Largest T.</param>
    public MicroBatch(int maxTokens)
    {
        Ids = new int[maxTokens];
        Positions = new int[maxTokens];
        Targets = new int[maxTokens];
        Weights = new float[maxTokens];
        SegmentStarts = new int[maxTokens + 1];
        SegmentRows = new int[maxTokens];
    }

    /// <summary>Tokens in use, T.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Segments (samples) in use, S.</summary>
    public int SegmentCount { get; private set; }

    /// <summary>Tokens that carry a loss weight greater than 0.</summary>
    public int TargetCount { get; private set; }

    /// <summary>Token ids [T].</summary>
    public int[] Ids { get; }

    /// <summary>Position of each token in its segment [T].</summary>
    public int[] Positions { get; }

    /// <summary>Token that position t must predict, or -1 [T]: already shifted, so <c>Targets[t]</c> is usually <c>Ids[t + 1]</c>.</summary>
    public int[] Targets { get; }

    /// <summary>Loss weight of predicting <c>Targets[t]</c> [T]; 0 where there is no target.</summary>
    public float[] Weights { get; }

    /// <summary>First token of each segment, then T: S + 1 entries (<c>cu_seqlens</c>).</summary>
    public int[] SegmentStarts { get; }

    /// <summary>Index of the data row that each segment came from [S], to name rows in errors.</summary>
    public int[] SegmentRows { get; }

    /// <summary>Sum of the weights: what the loss is divided by.</summary>
    public double WeightSum { get; private set; }

    /// <summary>Empties the batch.</summary>
    public void Clear()
    {
        TokenCount = SegmentCount = TargetCount = 0;
        WeightSum = 0;
        SegmentStarts[0] = 0;
    }

    /// <summary>
    /// Appends one sample. <paramref name="lossWeights"/>[t] is the weight of <em>learning token t</em> (predicting it from the
    /// tokens before it); the first token's weight is ignored since nothing predicts it.
    /// </summary>
    /// <param name="ids">Tokens of the sample, at least one.</param>
    /// <param name="lossWeights">As many weights.</param>
    /// <param name="row">Index of the data row.</param>
    /// <exception cref="ArgumentException">The sample does not fit any more.</exception>
    public void Append(ReadOnlySpan<int> ids, ReadOnlySpan<float> lossWeights, int row)
    {
        if (ids.Length != lossWeights.Length || ids.IsEmpty)
            throw new ArgumentException($"{ids.Length} ids with {lossWeights.Length} loss weights");
        if (ids.Length > Ids.Length - TokenCount)
            throw new ArgumentException($"{ids.Length} tokens do not fit: {TokenCount} of {Ids.Length} are in use");
        var start = TokenCount;
        for (var i = 0; i < ids.Length; i++)
        {
            var t = start + i;
            Ids[t] = ids[i];
            Positions[t] = i;
            var weight = i + 1 < ids.Length ? lossWeights[i + 1] : 0;
            Weights[t] = weight > 0 ? weight : 0;
            Targets[t] = weight > 0 ? ids[i + 1] : -1;
            if (weight > 0)
            {
                TargetCount++;
                WeightSum += weight;
            }
        }

        SegmentRows[SegmentCount++] = row;
        TokenCount += ids.Length;
        SegmentStarts[SegmentCount] = TokenCount;
    }
}
