using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>F32 as it is.</summary>
internal readonly unsafe struct F32Element : IElement<float>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(float* p) => *p;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load4(float* p) => Vector128.Load(p);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load8(float* p) => Vector256.Load(p);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load16(float* p) => Vector512.Load(p);

    /// <inheritdoc/>
    public static int TurnLength => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(in TurnedRows<float> rows, Vector512<float> factor, float* target, nint apart)
    {
        var (r0, r1, r2, r3) = (rows.Row0, rows.Row1, rows.Row2, rows.Row3);
        var low = Avx512F.UnpackLow(r0, r1).AsUInt64();
        var high = Avx512F.UnpackHigh(r0, r1).AsUInt64();
        var nextLow = Avx512F.UnpackLow(r2, r3).AsUInt64();
        var nextHigh = Avx512F.UnpackHigh(r2, r3).AsUInt64();
        (Avx512F.UnpackLow(low, nextLow).AsSingle() * factor).Store(target);
        (Avx512F.UnpackHigh(low, nextLow).AsSingle() * factor).Store(target + apart);
        (Avx512F.UnpackLow(high, nextHigh).AsSingle() * factor).Store(target + (2 * apart));
        (Avx512F.UnpackHigh(high, nextHigh).AsSingle() * factor).Store(target + (3 * apart));
    }
}
