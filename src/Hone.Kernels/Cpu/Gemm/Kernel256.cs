using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// AVX2 with FMA: 6×16, 12 accumulators + 2 for b + 1 broadcast of the 16 registers.
/// </summary>
internal readonly unsafe struct Kernel256 : IMicroKernel
{
    /// <inheritdoc/>
    public static int Rows => 6;

    /// <inheritdoc/>
    public static int Columns => 16;

    /// <inheritdoc/>
    public static int PanelsPerBlock => 24;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in TileProduct tile)
    {
        var (k, cStride, addendStride) = (tile.K, tile.CStride, tile.AddendStride);
        float* a = tile.A, b = tile.B, c = tile.C, addend = tile.Addend;
        Vector256<float> c0a = Vector256<float>.Zero, c0b = Vector256<float>.Zero;
        Vector256<float> c1a = Vector256<float>.Zero, c1b = Vector256<float>.Zero;
        Vector256<float> c2a = Vector256<float>.Zero, c2b = Vector256<float>.Zero;
        Vector256<float> c3a = Vector256<float>.Zero, c3b = Vector256<float>.Zero;
        Vector256<float> c4a = Vector256<float>.Zero, c4b = Vector256<float>.Zero;
        Vector256<float> c5a = Vector256<float>.Zero, c5b = Vector256<float>.Zero;
        for (; k > 0; k--)
        {
            var ba = Vector256.Load(b);
            var bb = Vector256.Load(b + 8);
            var t = Vector256.Create(*a);
            c0a = Vector256.FusedMultiplyAdd(t, ba, c0a);
            c0b = Vector256.FusedMultiplyAdd(t, bb, c0b);
            t = Vector256.Create(a[1]);
            c1a = Vector256.FusedMultiplyAdd(t, ba, c1a);
            c1b = Vector256.FusedMultiplyAdd(t, bb, c1b);
            t = Vector256.Create(a[2]);
            c2a = Vector256.FusedMultiplyAdd(t, ba, c2a);
            c2b = Vector256.FusedMultiplyAdd(t, bb, c2b);
            t = Vector256.Create(a[3]);
            c3a = Vector256.FusedMultiplyAdd(t, ba, c3a);
            c3b = Vector256.FusedMultiplyAdd(t, bb, c3b);
            t = Vector256.Create(a[4]);
            c4a = Vector256.FusedMultiplyAdd(t, ba, c4a);
            c4b = Vector256.FusedMultiplyAdd(t, bb, c4b);
            t = Vector256.Create(a[5]);
            c5a = Vector256.FusedMultiplyAdd(t, ba, c5a);
            c5b = Vector256.FusedMultiplyAdd(t, bb, c5b);
            a += 6;
            b += 16;
        }

        Store(c, addend, c0a, c0b);
        addend += addendStride;
        Store(c + cStride, addend, c1a, c1b);
        addend += addendStride;
        Store(c + (2 * cStride), addend, c2a, c2b);
        addend += addendStride;
        Store(c + (3 * cStride), addend, c3a, c3b);
        addend += addendStride;
        Store(c + (4 * cStride), addend, c4a, c4b);
        addend += addendStride;
        Store(c + (5 * cStride), addend, c5a, c5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, float* addend, Vector256<float> v, Vector256<float> w)
    {
        if (addend != null)
        {
            v += Vector256.Load(addend);
            w += Vector256.Load(addend + 8);
        }

        v.Store(c);
        w.Store(c + 8);
    }
}
