using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>What the backward pass reads.</summary>
internal readonly struct AttentionOperands(Tensor q, Tensor k, Tensor v, Tensor logSumExp, Tensor dOutput, Tensor delta)
{
    public Tensor Q { get; } = q;

    public Tensor K { get; } = k;

    public Tensor V { get; } = v;

    public Tensor LogSumExp { get; } = logSumExp;

    public Tensor DOutput { get; } = dOutput;

    public Tensor Delta { get; } = delta;
}
