using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// Any 128-bit vectors, Arm's NEON first of all: 6×16, 24 accumulators + 4 for b + 1 broadcast of the 32 registers.
/// Without a fused multiply-add in hardware it is slow and has the same bits.
/// </summary>
internal readonly unsafe struct Kernel128 : IMicroKernel
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
        Vector128<float> c0a = Vector128<float>.Zero, c0b = Vector128<float>.Zero, c0c = Vector128<float>.Zero, c0d = Vector128<float>.Zero;
        Vector128<float> c1a = Vector128<float>.Zero, c1b = Vector128<float>.Zero, c1c = Vector128<float>.Zero, c1d = Vector128<float>.Zero;
        Vector128<float> c2a = Vector128<float>.Zero, c2b = Vector128<float>.Zero, c2c = Vector128<float>.Zero, c2d = Vector128<float>.Zero;
        Vector128<float> c3a = Vector128<float>.Zero, c3b = Vector128<float>.Zero, c3c = Vector128<float>.Zero, c3d = Vector128<float>.Zero;
        Vector128<float> c4a = Vector128<float>.Zero, c4b = Vector128<float>.Zero, c4c = Vector128<float>.Zero, c4d = Vector128<float>.Zero;
        Vector128<float> c5a = Vector128<float>.Zero, c5b = Vector128<float>.Zero, c5c = Vector128<float>.Zero, c5d = Vector128<float>.Zero;
        for (; k > 0; k--)
        {
            var ba = Vector128.Load(b);
            var bb = Vector128.Load(b + 4);
            var bc = Vector128.Load(b + 8);
            var bd = Vector128.Load(b + 12);
            var t = Vector128.Create(*a);
            c0a = Vector128.FusedMultiplyAdd(t, ba, c0a);
            c0b = Vector128.FusedMultiplyAdd(t, bb, c0b);
            c0c = Vector128.FusedMultiplyAdd(t, bc, c0c);
            c0d = Vector128.FusedMultiplyAdd(t, bd, c0d);
            t = Vector128.Create(a[1]);
            c1a = Vector128.FusedMultiplyAdd(t, ba, c1a);
            c1b = Vector128.FusedMultiplyAdd(t, bb, c1b);
            c1c = Vector128.FusedMultiplyAdd(t, bc, c1c);
            c1d = Vector128.FusedMultiplyAdd(t, bd, c1d);
            t = Vector128.Create(a[2]);
            c2a = Vector128.FusedMultiplyAdd(t, ba, c2a);
            c2b = Vector128.FusedMultiplyAdd(t, bb, c2b);
            c2c = Vector128.FusedMultiplyAdd(t, bc, c2c);
            c2d = Vector128.FusedMultiplyAdd(t, bd, c2d);
            t = Vector128.Create(a[3]);
            c3a = Vector128.FusedMultiplyAdd(t, ba, c3a);
            c3b = Vector128.FusedMultiplyAdd(t, bb, c3b);
            c3c = Vector128.FusedMultiplyAdd(t, bc, c3c);
            c3d = Vector128.FusedMultiplyAdd(t, bd, c3d);
            t = Vector128.Create(a[4]);
            c4a = Vector128.FusedMultiplyAdd(t, ba, c4a);
            c4b = Vector128.FusedMultiplyAdd(t, bb, c4b);
            c4c = Vector128.FusedMultiplyAdd(t, bc, c4c);
            c4d = Vector128.FusedMultiplyAdd(t, bd, c4d);
            t = Vector128.Create(a[5]);
            c5a = Vector128.FusedMultiplyAdd(t, ba, c5a);
            c5b = Vector128.FusedMultiplyAdd(t, bb, c5b);
            c5c = Vector128.FusedMultiplyAdd(t, bc, c5c);
            c5d = Vector128.FusedMultiplyAdd(t, bd, c5d);
            a += 6;
            b += 16;
        }

        Store(c, addend, c0a, c0b, c0c, c0d);
        addend += addendStride;
        Store(c + cStride, addend, c1a, c1b, c1c, c1d);
        addend += addendStride;
        Store(c + (2 * cStride), addend, c2a, c2b, c2c, c2d);
        addend += addendStride;
        Store(c + (3 * cStride), addend, c3a, c3b, c3c, c3d);
        addend += addendStride;
        Store(c + (4 * cStride), addend, c4a, c4b, c4c, c4d);
        addend += addendStride;
        Store(c + (5 * cStride), addend, c5a, c5b, c5c, c5d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, float* addend, Vector128<float> v0, Vector128<float> v1, Vector128<float> v2, Vector128<float> v3)
    {
        if (addend != null)
        {
            v0 += Vector128.Load(addend);
            v1 += Vector128.Load(addend + 4);
            v2 += Vector128.Load(addend + 8);
            v3 += Vector128.Load(addend + 12);
        }

        v0.Store(c);
        v1.Store(c + 4);
        v2.Store(c + 8);
        v3.Store(c + 12);
    }
}
