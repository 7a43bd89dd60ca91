namespace Hone.Kernels.Cpu;

/// <summary>
/// The vector that an op is compiled for. Each element of an output has its own chain of operations, in the order of the
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

    /// <summary>As many elements as there are, and zeros; reads nothing beyond count.</summary>
    static abstract V Load(float* from, long count);

    static abstract void Store(V value, float* to);

    /// <summary>Writes nothing beyond count.</summary>
    static abstract void Store(V value, float* to, long count);

    static abstract V Broadcast(float value);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    static abstract V Divide(V a, V b);

    /// <summary>The larger one; b when one is NaN.</summary>
    static abstract V Max(V a, V b);

    /// <summary><see cref="Vectors.Exp(System.Runtime.Intrinsics.Vector256{float})"/>.</summary>
    static abstract V Exp(V x);

    /// <summary><see cref="Vectors.Exp2(System.Runtime.Intrinsics.Vector256{float})"/>.</summary>
    static abstract V Exp2(V x);

    /// <summary>Lanes first to end − 1 of value, the others of other.</summary>
    static abstract V Between(int first, int end, V value, V other);

    /// <summary>Whether every lane of a is that of b.</summary>
    static abstract bool AreEqual(V a, V b);
}
