using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>The 8×8 transposition behind packing: unpack pairs, then quads, then swap 128-bit halves.</summary>
internal static class Transpose
{
    /// <summary>Swaps rows and columns in registers. Needs AVX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Eight(ref Vector256<float> r0, ref Vector256<float> r1, ref Vector256<float> r2, ref Vector256<float> r3,
        ref Vector256<float> r4, ref Vector256<float> r5, ref Vector256<float> r6, ref Vector256<float> r7)
    {
        var a0 = Avx.UnpackLow(r0, r1);
        var a1 = Avx.UnpackHigh(r0, r1);
        var a2 = Avx.UnpackLow(r2, r3);
        var a3 = Avx.UnpackHigh(r2, r3);
        var a4 = Avx.UnpackLow(r4, r5);
        var a5 = Avx.UnpackHigh(r4, r5);
        var a6 = Avx.UnpackLow(r6, r7);
        var a7 = Avx.UnpackHigh(r6, r7);
        var b0 = Avx.Shuffle(a0, a2, 0x44);
        var b1 = Avx.Shuffle(a0, a2, 0xEE);
        var b2 = Avx.Shuffle(a1, a3, 0x44);
        var b3 = Avx.Shuffle(a1, a3, 0xEE);
        var b4 = Avx.Shuffle(a4, a6, 0x44);
        var b5 = Avx.Shuffle(a4, a6, 0xEE);
        var b6 = Avx.Shuffle(a5, a7, 0x44);
        var b7 = Avx.Shuffle(a5, a7, 0xEE);
        r0 = Avx.Permute2x128(b0, b4, 0x20);
        r1 = Avx.Permute2x128(b1, b5, 0x20);
        r2 = Avx.Permute2x128(b2, b6, 0x20);
        r3 = Avx.Permute2x128(b3, b7, 0x20);
        r4 = Avx.Permute2x128(b0, b4, 0x31);
        r5 = Avx.Permute2x128(b1, b5, 0x31);
        r6 = Avx.Permute2x128(b2, b6, 0x31);
        r7 = Avx.Permute2x128(b3, b7, 0x31);
    }
}
