namespace Hone.Kernels;

/// <summary>Numbers of one AdamW step.</summary>
public readonly record struct AdamWStep
{
    /// <summary>Learning rate.</summary>
    public required float LearningRate { get; init; }

    /// <summary>Decay of the first moment.</summary>
    public required float Beta1 { get; init; }

    /// <summary>Decay of the second moment.</summary>
    public required float Beta2 { get; init; }

    /// <summary>Added to the denominator.</summary>
    public required float Epsilon { get; init; }

    /// <summary>Decoupled weight decay.</summary>
    public required float WeightDecay { get; init; }

    /// <summary>Step number from 1, for the bias corrections 1 − βᵗ (computed in double).</summary>
    public required int Step { get; init; }

    /// <summary>Multiplies the gradient: clipping.</summary>
    public required float GradientScale { get; init; }

    /// <summary>Sets the gradient to 0 afterwards, in the same pass.</summary>
    public bool ClearGradient { get; init; }
}
