using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>What this processor can do.</summary>
internal static class InstructionSets
{
    /// <summary>The widest set.</summary>
    public static InstructionSet Best { get; } =
        Avx512F.IsSupported && Vector512.IsHardwareAccelerated ? InstructionSet.Vector512
        : Avx2.IsSupported && Fma.IsSupported ? InstructionSet.Vector256
        : Vector128.IsHardwareAccelerated ? InstructionSet.Vector128
        : InstructionSet.Scalar;

    /// <summary>The name that people know.</summary>
    public static string NameOf(InstructionSet set) => set switch
    {
        InstructionSet.Vector512 => "AVX-512",
        InstructionSet.Vector256 => "AVX2",
        InstructionSet.Vector128 => System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported ? "NEON" : "SSE",
        _ => "scalar",
    };
}
