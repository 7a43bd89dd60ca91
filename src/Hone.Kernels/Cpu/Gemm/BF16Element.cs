using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>BF16: the upper half of an F32.</summary>
internal readonly unsafe struct BF16Element : IElement<ushort>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ushort* p) => BitConverter.UInt32BitsToSingle((uint)*p << 16);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load4(ushort* p) =>
        (Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)p).AsUInt16()) << 16).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load8(ushort* p) =>
        (Vector256.WidenLower(Vector128.Load(p).ToVector256Unsafe()) << 16).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load16(ushort* p) => (Vector512.WidenLower(Vector256.Load(p).ToVector512Unsafe()) << 16).AsSingle();

    /// <inheritdoc/>
    public static int TurnLength => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(in TurnedRows<ushort> rows, Vector512<float> factor, float* target, nint apart)
    {
        var (r0, r1, r2, r3) = (rows.Row0.AsUInt16(), rows.Row1.AsUInt16(), rows.Row2.AsUInt16(), rows.Row3.AsUInt16());
        var low = Avx512BW.UnpackLow(r0, r1).AsUInt32();
        var high = Avx512BW.UnpackHigh(r0, r1).AsUInt32();
        var nextLow = Avx512BW.UnpackLow(r2, r3).AsUInt32();
        var nextHigh = Avx512BW.UnpackHigh(r2, r3).AsUInt32();
        Two(Avx512F.UnpackLow(low, nextLow), factor, target, apart);
        Two(Avx512F.UnpackHigh(low, nextLow), factor, target + (2 * apart), apart);
        Two(Avx512F.UnpackLow(high, nextHigh), factor, target + (4 * apart), apart);
        Two(Avx512F.UnpackHigh(high, nextHigh), factor, target + (6 * apart), apart);
    }

    /// <summary>Widens two columns of sixteen: behind a zero, the bits are those of an F32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two(Vector512<uint> columns, Vector512<float> factor, float* target, nint apart)
    {
        var bits = columns.AsUInt16();
        (Avx512BW.UnpackLow(Vector512<ushort>.Zero, bits).AsSingle() * factor).Store(target);
        (Avx512BW.UnpackHigh(Vector512<ushort>.Zero, bits).AsSingle() * factor).Store(target + apart);
    }
}
