namespace Hone.Models;

/// <summary>What a micro-batch contributes to the loss and to the token accuracy.</summary>
/// <param name="WeightedLoss">Σ weight·(−log p(target)), nats.</param>
/// <param name="WeightSum">Σ weight.</param>
/// <param name="Targets">Supervised tokens.</param>
/// <param name="Correct">Supervised tokens whose most likely prediction is the target.</param>
public readonly record struct LossTotals(double WeightedLoss, double WeightSum, long Targets, long Correct)
{
    /// <summary>Mean loss per unit of weight, nats; NaN when nothing was supervised.</summary>
    public double MeanLoss => WeightedLoss / WeightSum;

    /// <summary>The sum of two contributions.</summary>
    public static LossTotals operator +(LossTotals a, LossTotals b) => a.Add(b);

    /// <summary>The sum of two contributions.</summary>
    public LossTotals Add(LossTotals other) => new(WeightedLoss + other.WeightedLoss, WeightSum + other.WeightSum,
        Targets + other.Targets, Correct + other.Correct);
}
