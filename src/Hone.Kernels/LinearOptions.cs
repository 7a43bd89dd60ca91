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

    /// <summary>x is what the previous <see cref="IKernels.Linear"/> had, unchanged: what was done to it need not be done again. Forward only.</summary>
    public bool SameInput { get; init; }

    /// <summary>The input's gradient is added to instead of overwritten. Backward only.</summary>
    public bool AccumulateInput { get; init; }

    /// <summary>The weight's gradient is overwritten instead of added to. Backward only.</summary>
    public bool OverwriteGradient { get; init; }

    /// <summary>The low-rank part; empty <see cref="LowRank.A"/> means none.</summary>
    public LowRank LowRank { get; init; }
}
