namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// The vector that a block product is compiled for. Each output element is one chain of fused multiply-adds in the order of the
/// inner dimension, so the width never changes the bits.
/// </summary>
internal unsafe interface IVectorWidth<V>
    where V : struct
{
    /// <summary>Elements of a vector.</summary>
    static abstract int Lanes { get; }

    /// <summary>Whether the processor has 32 registers of this width.</summary>
    static abstract bool HasManyRegisters { get; }

    static abstract V Load(float* from);

    static abstract void Store(V value, float* to);

    static abstract V Broadcast(float value);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);
}
