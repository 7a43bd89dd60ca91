namespace Hone.Kernels.Cpu.Gemm;

/// <summary>Which micro-kernel multiplies. All give the same bits.</summary>
internal enum InstructionSet
{
    /// <summary>No vectors.</summary>
    Scalar,

    /// <summary>128-bit vectors: NEON.</summary>
    Vector128,

    /// <summary>256-bit vectors: AVX2 and FMA.</summary>
    Vector256,

    /// <summary>512-bit vectors: AVX-512.</summary>
    Vector512,
}
