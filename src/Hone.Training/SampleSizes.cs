namespace Hone.Training;

/// <summary>What planning needs of each sample, read once.</summary>
internal sealed class SampleSizes
{
    public SampleSizes(IReadOnlyList<TokenizedSample> samples)
    {
        Lengths = new int[samples.Count];
        Targets = new int[samples.Count];
        Weights = new double[samples.Count];
        UnshiftedWeights = new double[samples.Count];
        for (var i = 0; i < samples.Count; i++)
        {
            var weights = samples[i].LossWeights;
            Lengths[i] = samples[i].Ids.Length;
            for (var t = 1; t < weights.Length; t++)
            {
                if (weights[t] <= 0) continue;
                Targets[i]++;
                Weights[i] += weights[t];
            }

            UnshiftedWeights[i] = Weights[i] + Math.Max(0, weights[0]);
        }
    }

    /// <summary>Tokens.</summary>
    public int[] Lengths { get; }

    /// <summary>Tokens that are learned.</summary>
    public int[] Targets { get; }

    /// <summary>Sum of the weights of the learned tokens.</summary>
    public double[] Weights { get; }

    /// <summary>The same with the weight of the first token, which nothing predicts.</summary>
    public double[] UnshiftedWeights { get; }
}
