using Hone.Tensors;

namespace Hone.Kernels;

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
