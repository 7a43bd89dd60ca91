using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// IEEE half precision. Exponent and mantissa move into place and the bias is mended by a multiplication with 2¹¹², which is
/// exact and normalises halves that are subnormal; infinities and NaN get the full exponent back.
/// </summary>
internal readonly unsafe struct F16Element : IElement<ushort>
{
    private const uint BiasFactor = 0x77800000;
    private const uint SmallestNonFinite = 0x7C00 << 13;
    private const uint FullExponent = 0x7F800000;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ushort* p) => (float)BitConverter.UInt16BitsToHalf(*p);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load4(ushort* p)
    {
        var x = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)p).AsUInt16());
        var magnitude = (x & Vector128.Create(0x7FFFu)) << 13;
        var scaled = (magnitude.AsSingle() * Vector128.Create(BiasFactor).AsSingle()).AsUInt32();
        scaled |= Vector128.GreaterThanOrEqual(magnitude.AsInt32(), Vector128.Create((int)SmallestNonFinite)).AsUInt32()
            & Vector128.Create(FullExponent);
        return (scaled | ((x & Vector128.Create(0x8000u)) << 16)).AsSingle();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load8(ushort* p)
    {
        var x = Vector256.WidenLower(Vector128.Load(p).ToVector256Unsafe());
        var magnitude = (x & Vector256.Create(0x7FFFu)) << 13;
        var scaled = (magnitude.AsSingle() * Vector256.Create(BiasFactor).AsSingle()).AsUInt32();
        scaled |= Vector256.GreaterThanOrEqual(magnitude.AsInt32(), Vector256.Create((int)SmallestNonFinite)).AsUInt32()
            & Vector256.Create(FullExponent);
        return (scaled | ((x & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load16(ushort* p) => Vector512.Create(Load8(p), Load8(p + 8));

    /// <inheritdoc/>
    public static int TurnLength => 0;

    /// <inheritdoc/>
    public static void Turn(in TurnedRows<ushort> rows, Vector512<float> factor, float* target, nint apart) => throw new NotSupportedException();
}
