using Hone.Tensors;

namespace Hone.Kernels;

/// <summary>What a linear layer has besides its weight. <c>default</c> is a plain product.</summary>
public readonly struct LinearOptions
{
    /// <summary>Bias [1, N], or empty.</summary>
    public Tensor Bias { get; init; }

    /// <summary>Gradient of the bias [1, N] (+=), or empty.</summary>
    public Tensor BiasGradient { get; init; }

    /// <summary>Added to the output [T, N], or empty. Forward only.</summary>
    public Tensor Residual { get; init; }

    /// <summary>The input's gradient is added to instead of overwritten. Backward only.</summary>
    public bool AccumulateInput { get; init; }

    /// <summary>The low-rank part; empty <see cref="LowRank.A"/> means none.</summary>
    public LowRank LowRank { get; init; }
}

/// <summary>
/// The low-rank part of a linear layer, LoRA (Hu et al. 2021): y += s·(dropout(x)·Aᵀ)·Bᵀ.
/// </summary>
public readonly struct LowRank
{
    /// <summary>A [r, K], F32.</summary>
    public Tensor A { get; init; }

    /// <summary>B [N, r], F32.</summary>
    public Tensor B { get; init; }

    /// <summary>s: alpha/r, or alpha/√r with rsLoRA.</summary>
    public float Scale { get; init; }

    /// <summary>U = dropout(x)·Aᵀ [T, r]: written by the forward, read by the backward pass.</summary>
    public Tensor U { get; init; }

    /// <summary>Scratch for dU = s·dy·B [T, r]. Backward only.</summary>
    public Tensor UGradient { get; init; }

    /// <summary>Gradient of A (+=), or empty.</summary>
    public Tensor AGradient { get; init; }

    /// <summary>Gradient of B (+=), or empty.</summary>
    public Tensor BGradient { get; init; }

    /// <summary>Dropout of x on the low-rank path only.</summary>
    public Dropout Dropout { get; init; }

    /// <summary>Scratch [T, K] for the dropped-out x; needed only when <see cref="Dropout"/> is on.</summary>
    public Tensor DropoutScratch { get; init; }

    /// <summary>True when there is no low-rank part.</summary>
    public bool IsEmpty => A.IsEmpty;
}

/// <summary>
/// Dropout whose mask is a function of its numbers, never stored: element i (row·columns + column) is kept when
/// <c>CounterRandom.UInt32(Seed, Stream, i) ≥ Probability·2³²</c>, and then multiplied by 1/(1 − Probability).
/// </summary>
/// <param name="Probability">Share of elements set to zero, in [0, 1); 0 is off.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Stream">Step, micro-batch and layer, mixed by <c>CounterRandom.Stream</c>.</param>
public readonly record struct Dropout(float Probability, ulong Seed, ulong Stream)
{
    /// <summary>True when elements are dropped.</summary>
    public bool IsOn => Probability > 0;
}
