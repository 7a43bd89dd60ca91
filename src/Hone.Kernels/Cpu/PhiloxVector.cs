using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>The numbers of <see cref="CounterRandom.Block"/>, four blocks at a time, for masks that cover every activation.</summary>
internal static class PhiloxVector
{
    /// <summary>Numbers 4·block … 4·block + 15 of a stream.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<uint> First, Vector256<uint> Last) Sixteen(ulong seed, ulong stream, ulong block)
    {
        if (Avx2.IsSupported) return SixteenAvx2(seed, stream, block);
        var (a, b) = (CounterRandom.Block(seed, stream, block), CounterRandom.Block(seed, stream, block + 1));
        var (c, d) = (CounterRandom.Block(seed, stream, block + 2), CounterRandom.Block(seed, stream, block + 3));
        return (Vector256.Create(a.A, a.B, a.C, a.D, b.A, b.B, b.C, b.D), Vector256.Create(c.A, c.B, c.C, c.D, d.A, d.B, d.C, d.D));
    }

    /// <summary>
    /// A 64-bit lane holds a word of one block's state. Only the lower halves count: the widening multiplication reads nothing
    /// else, so what the xors leave above never has to be cleared.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<uint> First, Vector256<uint> Last) SixteenAvx2(ulong seed, ulong stream, ulong block)
    {
        var c0 = Vector256.Create(block, block + 1, block + 2, block + 3);
        var c1 = c0 >> 32;
        var c2 = Vector256.Create(stream & uint.MaxValue);
        var c3 = Vector256.Create(stream >> 32);
        var (k0, k1) = ((uint)seed, (uint)(seed >> 32));
        var m0 = Vector256.Create(0xD2511F53ul).AsUInt32();
        var m1 = Vector256.Create(0xCD9E8D57ul).AsUInt32();
        for (var round = 0; round < 10; round++)
        {
            var p0 = Avx2.Multiply(c0.AsUInt32(), m0);
            var p1 = Avx2.Multiply(c2.AsUInt32(), m1);
            c0 = (p1 >> 32) ^ c1 ^ Vector256.Create((ulong)k0);
            c2 = (p0 >> 32) ^ c3 ^ Vector256.Create((ulong)k1);
            c1 = p1;
            c3 = p0;
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        var lower = Vector256.Create((ulong)uint.MaxValue);
        var ab = (c0 & lower) | (c1 << 32);
        var cd = (c2 & lower) | (c3 << 32);
        var even = Avx2.UnpackLow(ab, cd);
        var odd = Avx2.UnpackHigh(ab, cd);
        return (Avx2.Permute2x128(even, odd, 0x20).AsUInt32(), Avx2.Permute2x128(even, odd, 0x31).AsUInt32());
    }
}
