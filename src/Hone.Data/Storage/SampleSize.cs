namespace Hone.Data.Storage;

/// <summary>What planning needs to know of a sample.</summary>
/// <param name="Length">Tokens.</param>
/// <param name="Learned">Tokens that are learned.</param>
/// <param name="FirstWeight">Weight of the first token, which nothing predicts.</param>
/// <param name="Weight">Sum of the weights of the learned tokens.</param>
public readonly record struct SampleSize(int Length, int Learned, float FirstWeight, double Weight)
{
    /// <summary>The sum with the weight of the first token.</summary>
    public double UnshiftedWeight => Weight + Math.Max(0, FirstWeight);

    /// <summary>The size of a sample with these weights of learning each token, at least one.</summary>
    public static SampleSize Of(ReadOnlySpan<float> weights)
    {
        var (learned, sum) = (0, 0.0);
        foreach (var weight in weights[1..])
        {
            if (weight <= 0) continue;
            learned++;
            sum += weight;
        }

        return new SampleSize(weights.Length, learned, weights[0], sum);
    }
}
