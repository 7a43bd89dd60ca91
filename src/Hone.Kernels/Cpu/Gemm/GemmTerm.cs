using Hone.Tensors;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>One product factor·left·right of a sum of products.</summary>
internal unsafe struct GemmTerm
{
    /// <summary>First element of the left operand, F32.</summary>
    public float* Left;

    /// <summary>Elements between rows of the left operand in memory.</summary>
    public nint LeftStride;

    /// <summary>First element of the right operand.</summary>
    public void* Right;

    /// <summary>Elements between rows of the right operand in memory.</summary>
    public nint RightStride;

    /// <summary>F32, BF16 or F16.</summary>
    public DType RightType;

    /// <summary>Length of the products.</summary>
    public int K;

    /// <summary>Multiplies the right operand while it is packed.</summary>
    public float Factor;

    /// <summary>A term of two tensors as they lie in memory.</summary>
    public static GemmTerm Of(Tensor left, Tensor right, int k, float factor = 1) => new()
    {
        Left = left.F32,
        LeftStride = left.Stride,
        Right = right.Data,
        RightStride = right.Stride,
        RightType = right.Type,
        K = k,
        Factor = factor,
    };
}
