using System.Runtime.Intrinsics;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>How an element type widens to F32.</summary>
/// <typeparam name="T">The stored bits.</typeparam>
internal unsafe interface IElement<T>
    where T : unmanaged
{
    /// <summary>One element.</summary>
    static abstract float Load(T* p);

    /// <summary>Four elements.</summary>
    static abstract Vector128<float> Load4(T* p);

    /// <summary>Eight elements.</summary>
    static abstract Vector256<float> Load8(T* p);

    /// <summary>Sixteen elements.</summary>
    static abstract Vector512<float> Load16(T* p);

    /// <summary>Columns that <see cref="Turn"/> takes at once; 0 when it is not there.</summary>
    static abstract int TurnLength { get; }

    /// <summary>
    /// Turns sixteen rows of <see cref="TurnLength"/> elements: writes as many vectors of sixteen, times a factor, so many floats apart, the first
    /// column first. Needs AVX-512.
    /// </summary>
    static abstract void Turn(in TurnedRows<T> rows, Vector512<float> factor, float* target, nint apart);
}
