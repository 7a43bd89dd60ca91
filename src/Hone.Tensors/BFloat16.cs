using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hone.Tensors;

/// <summary>Rounding of F32 to BF16, its upper half: to nearest, ties to even. A NaN keeps its sign and upper payload and is quiet.</summary>
public static class BFloat16
{
    // Just under half of the last kept bit; the bit itself is added to it, so that a tie goes up from an odd one only.
    private const uint UnderHalf = 0x7FFF;
    private const uint QuietBit = 0x40;
    private const uint AbsoluteMask = 0x7FFF_FFFF;
    private const uint Infinity = 0x7F80_0000;

    /// <summary>The bits of the BF16 nearest to a value.</summary>
    public static ushort Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if ((bits & AbsoluteMask) > Infinity) return (ushort)((bits >> 16) | QuietBit);
        return (ushort)((bits + UnderHalf + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary><see cref="Round(float)"/> on eight values.</summary>
    /// <param name="bits">The bits of F32 values.</param>
    /// <returns>Those of the BF16 values, each in the lower half of its lane; the upper half is 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Round(Vector256<uint> bits)
    {
        var rounded = (bits + Vector256.Create(UnderHalf) + ((bits >>> 16) & Vector256<uint>.One)) >>> 16;
        var quiet = (bits >>> 16) | Vector256.Create(QuietBit);
        var isNumber = Vector256.Equals(bits.AsSingle(), bits.AsSingle()).AsUInt32();
        return Vector256.ConditionalSelect(isNumber, rounded, quiet);
    }
}
