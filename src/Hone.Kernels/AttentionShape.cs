namespace Hone.Kernels;

/// <summary>Shape and rule of an attention layer.</summary>
/// <param name="Heads">Query heads, H.</param>
/// <param name="KeyValueHeads">Key-value heads, G; divides H. Query head h reads key-value head h·G/H.</param>
/// <param name="HeadSize">D.</param>
/// <param name="Scale">Multiplies the scores, usually 1/√D.</param>
/// <param name="SlidingWindow">A query sees this many keys, itself included; 0 means all before it.</param>
public readonly record struct AttentionShape(int Heads, int KeyValueHeads, int HeadSize, float Scale, int SlidingWindow = 0);

/// <summary>The non-linearity of a gated feed-forward layer.</summary>
public enum Activation
{
    /// <summary>x·sigmoid(x), also called swish.</summary>
    Silu,

    /// <summary>GELU in its tanh form.</summary>
    GeluTanh,
}

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
