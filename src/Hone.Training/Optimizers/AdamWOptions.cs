using Hone.Settings;

namespace Hone.Training.Optimizers;

/// <summary>Numbers of AdamW that stay the same for a whole run.</summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">Decoupled decay of what <see cref="WeightDecayRule"/> does not exempt.</param>
/// <param name="MaxGradNorm">Largest global norm of the gradient; 0 leaves it as it is.</param>
public readonly record struct AdamWOptions(double Beta1, double Beta2, double Epsilon, double WeightDecay, double MaxGradNorm)
{
    /// <summary>What the settings ask for.</summary>
    public static AdamWOptions From(TrainingSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new(settings.AdamBeta1, settings.AdamBeta2, settings.AdamEpsilon, settings.WeightDecay, settings.MaxGradNorm);
    }
}
