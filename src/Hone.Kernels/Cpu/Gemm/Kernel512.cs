using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// AVX-512: 14×32, 28 accumulators + 2 for b + 1 broadcast of the 32 registers.
/// </summary>
internal readonly unsafe struct Kernel512 : IMicroKernel
{
    /// <inheritdoc/>
    public static int Rows => 14;

    /// <inheritdoc/>
    public static int Columns => 32;

    /// <inheritdoc/>
    public static int PanelsPerBlock => 1;

    /// <inheritdoc/>
    public static bool ReadsInPlace => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in TileProduct tile)
    {
        var (k, cStride, addendStride) = (tile.K, tile.CStride, tile.AddendStride);
        float* a = tile.A, b = tile.B, c = tile.C, addend = tile.Addend;
        var (one, two, aStep) = (tile.ARow, 2 * tile.ARow, tile.AStep);
        float* a3 = a + (3 * one), a6 = a + (6 * one), a9 = a + (9 * one), a12 = a + (12 * one);
        Vector512<float> c0a = Vector512<float>.Zero, c0b = Vector512<float>.Zero;
        Vector512<float> c1a = Vector512<float>.Zero, c1b = Vector512<float>.Zero;
        Vector512<float> c2a = Vector512<float>.Zero, c2b = Vector512<float>.Zero;
        Vector512<float> c3a = Vector512<float>.Zero, c3b = Vector512<float>.Zero;
        Vector512<float> c4a = Vector512<float>.Zero, c4b = Vector512<float>.Zero;
        Vector512<float> c5a = Vector512<float>.Zero, c5b = Vector512<float>.Zero;
        Vector512<float> c6a = Vector512<float>.Zero, c6b = Vector512<float>.Zero;
        Vector512<float> c7a = Vector512<float>.Zero, c7b = Vector512<float>.Zero;
        Vector512<float> c8a = Vector512<float>.Zero, c8b = Vector512<float>.Zero;
        Vector512<float> c9a = Vector512<float>.Zero, c9b = Vector512<float>.Zero;
        Vector512<float> c10a = Vector512<float>.Zero, c10b = Vector512<float>.Zero;
        Vector512<float> c11a = Vector512<float>.Zero, c11b = Vector512<float>.Zero;
        Vector512<float> c12a = Vector512<float>.Zero, c12b = Vector512<float>.Zero;
        Vector512<float> c13a = Vector512<float>.Zero, c13b = Vector512<float>.Zero;
        byte* leftRun = tile.NextLeft, nextRun = tile.NextOperand;
        var (leftStep, nextStep) = (tile.NextLeftStep, tile.NextOperandStep);
        var output = c;
        nint rows = Rows, runs = 0;
        byte* nextLeft = leftRun, next = nextRun;
        while (k > 0)
        {
            // A row of the output in each of the last runs. Asking for all of them at once costs 1 % on average.
            for (; rows * TileProduct.OutputRun >= k && rows > 0; rows--)
            {
                Sse.Prefetch0(output);
                Sse.Prefetch0(output + 16);
                output += cStride;
            }

            if (runs++ % (TileProduct.FetchRun / TileProduct.OutputRun) == 0)
            {
                nextLeft = leftRun;
                next = nextRun;
                leftRun += tile.NextLeftJump;
                nextRun += tile.NextOperandJump;
            }

            var run = ((k - 1) % TileProduct.OutputRun) + 1;
            for (k -= run; run > 0; run--)
            {
                Sse.Prefetch1(nextLeft);
                Sse.Prefetch1(next);
                nextLeft += leftStep;
                next += nextStep;
                var ba = Vector512.Load(b);
                var bb = Vector512.Load(b + 16);
                var t = Vector512.Create(*a);
                c0a = Vector512.FusedMultiplyAdd(t, ba, c0a);
                c0b = Vector512.FusedMultiplyAdd(t, bb, c0b);
                t = Vector512.Create(a[one]);
                c1a = Vector512.FusedMultiplyAdd(t, ba, c1a);
                c1b = Vector512.FusedMultiplyAdd(t, bb, c1b);
                t = Vector512.Create(a[two]);
                c2a = Vector512.FusedMultiplyAdd(t, ba, c2a);
                c2b = Vector512.FusedMultiplyAdd(t, bb, c2b);
                t = Vector512.Create(*a3);
                c3a = Vector512.FusedMultiplyAdd(t, ba, c3a);
                c3b = Vector512.FusedMultiplyAdd(t, bb, c3b);
                t = Vector512.Create(a3[one]);
                c4a = Vector512.FusedMultiplyAdd(t, ba, c4a);
                c4b = Vector512.FusedMultiplyAdd(t, bb, c4b);
                t = Vector512.Create(a3[two]);
                c5a = Vector512.FusedMultiplyAdd(t, ba, c5a);
                c5b = Vector512.FusedMultiplyAdd(t, bb, c5b);
                t = Vector512.Create(*a6);
                c6a = Vector512.FusedMultiplyAdd(t, ba, c6a);
                c6b = Vector512.FusedMultiplyAdd(t, bb, c6b);
                t = Vector512.Create(a6[one]);
                c7a = Vector512.FusedMultiplyAdd(t, ba, c7a);
                c7b = Vector512.FusedMultiplyAdd(t, bb, c7b);
                t = Vector512.Create(a6[two]);
                c8a = Vector512.FusedMultiplyAdd(t, ba, c8a);
                c8b = Vector512.FusedMultiplyAdd(t, bb, c8b);
                t = Vector512.Create(*a9);
                c9a = Vector512.FusedMultiplyAdd(t, ba, c9a);
                c9b = Vector512.FusedMultiplyAdd(t, bb, c9b);
                t = Vector512.Create(a9[one]);
                c10a = Vector512.FusedMultiplyAdd(t, ba, c10a);
                c10b = Vector512.FusedMultiplyAdd(t, bb, c10b);
                t = Vector512.Create(a9[two]);
                c11a = Vector512.FusedMultiplyAdd(t, ba, c11a);
                c11b = Vector512.FusedMultiplyAdd(t, bb, c11b);
                t = Vector512.Create(*a12);
                c12a = Vector512.FusedMultiplyAdd(t, ba, c12a);
                c12b = Vector512.FusedMultiplyAdd(t, bb, c12b);
                t = Vector512.Create(a12[one]);
                c13a = Vector512.FusedMultiplyAdd(t, ba, c13a);
                c13b = Vector512.FusedMultiplyAdd(t, bb, c13b);
                a += aStep;
                a3 += aStep;
                a6 += aStep;
                a9 += aStep;
                a12 += aStep;
                b += 32;
            }
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
        addend += addendStride;
        Store(c + (6 * cStride), addend, c6a, c6b);
        addend += addendStride;
        Store(c + (7 * cStride), addend, c7a, c7b);
        addend += addendStride;
        Store(c + (8 * cStride), addend, c8a, c8b);
        addend += addendStride;
        Store(c + (9 * cStride), addend, c9a, c9b);
        addend += addendStride;
        Store(c + (10 * cStride), addend, c10a, c10b);
        addend += addendStride;
        Store(c + (11 * cStride), addend, c11a, c11b);
        addend += addendStride;
        Store(c + (12 * cStride), addend, c12a, c12b);
        addend += addendStride;
        Store(c + (13 * cStride), addend, c13a, c13b);
    }

    /// <inheritdoc/>
    public static int NarrowColumns => 16;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyNarrow(in TileProduct tile)
    {
        var (k, cStride, addendStride) = (tile.K, tile.CStride, tile.AddendStride);
        float* a = tile.A, b = tile.B, c = tile.C, addend = tile.Addend;
        var (one, two, aStep) = (tile.ARow, 2 * tile.ARow, tile.AStep);
        float* a3 = a + (3 * one), a6 = a + (6 * one), a9 = a + (9 * one), a12 = a + (12 * one);
        Vector512<float> c0 = Vector512<float>.Zero, c1 = Vector512<float>.Zero, c2 = Vector512<float>.Zero, c3 = Vector512<float>.Zero, c4 = Vector512<float>.Zero, c5 = Vector512<float>.Zero, c6 = Vector512<float>.Zero;
        Vector512<float> c7 = Vector512<float>.Zero, c8 = Vector512<float>.Zero, c9 = Vector512<float>.Zero, c10 = Vector512<float>.Zero, c11 = Vector512<float>.Zero, c12 = Vector512<float>.Zero, c13 = Vector512<float>.Zero;
        for (; k > 0; k--)
        {
            Sse.Prefetch0(a + (24 * aStep));
            var row = Vector512.Load(b);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(*a), row, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[one]), row, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[two]), row, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(*a3), row, c3);
            c4 = Vector512.FusedMultiplyAdd(Vector512.Create(a3[one]), row, c4);
            c5 = Vector512.FusedMultiplyAdd(Vector512.Create(a3[two]), row, c5);
            c6 = Vector512.FusedMultiplyAdd(Vector512.Create(*a6), row, c6);
            c7 = Vector512.FusedMultiplyAdd(Vector512.Create(a6[one]), row, c7);
            c8 = Vector512.FusedMultiplyAdd(Vector512.Create(a6[two]), row, c8);
            c9 = Vector512.FusedMultiplyAdd(Vector512.Create(*a9), row, c9);
            c10 = Vector512.FusedMultiplyAdd(Vector512.Create(a9[one]), row, c10);
            c11 = Vector512.FusedMultiplyAdd(Vector512.Create(a9[two]), row, c11);
            c12 = Vector512.FusedMultiplyAdd(Vector512.Create(*a12), row, c12);
            c13 = Vector512.FusedMultiplyAdd(Vector512.Create(a12[one]), row, c13);
            a += aStep;
            a3 += aStep;
            a6 += aStep;
            a9 += aStep;
            a12 += aStep;
            b += 32;
        }

        Store(c, addend, c0);
        addend += addendStride;
        Store(c + cStride, addend, c1);
        addend += addendStride;
        Store(c + (2 * cStride), addend, c2);
        addend += addendStride;
        Store(c + (3 * cStride), addend, c3);
        addend += addendStride;
        Store(c + (4 * cStride), addend, c4);
        addend += addendStride;
        Store(c + (5 * cStride), addend, c5);
        addend += addendStride;
        Store(c + (6 * cStride), addend, c6);
        addend += addendStride;
        Store(c + (7 * cStride), addend, c7);
        addend += addendStride;
        Store(c + (8 * cStride), addend, c8);
        addend += addendStride;
        Store(c + (9 * cStride), addend, c9);
        addend += addendStride;
        Store(c + (10 * cStride), addend, c10);
        addend += addendStride;
        Store(c + (11 * cStride), addend, c11);
        addend += addendStride;
        Store(c + (12 * cStride), addend, c12);
        addend += addendStride;
        Store(c + (13 * cStride), addend, c13);
    }

    /// <inheritdoc/>
    public static int FewRows => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyFewRows(in TileProduct tile)
    {
        var (k, cStride, addendStride) = (tile.K, tile.CStride, tile.AddendStride);
        float* a = tile.A, b = tile.B, c = tile.C, addend = tile.Addend;
        var (one, two, aStep) = (tile.ARow, 2 * tile.ARow, tile.AStep);
        var a3 = a + (3 * one);
        Vector512<float> c0a = Vector512<float>.Zero, c0b = Vector512<float>.Zero;
        Vector512<float> c1a = Vector512<float>.Zero, c1b = Vector512<float>.Zero;
        Vector512<float> c2a = Vector512<float>.Zero, c2b = Vector512<float>.Zero;
        Vector512<float> c3a = Vector512<float>.Zero, c3b = Vector512<float>.Zero;
        for (; k > 0; k--)
        {
            var ba = Vector512.Load(b);
            var bb = Vector512.Load(b + 16);
            var t = Vector512.Create(*a);
            c0a = Vector512.FusedMultiplyAdd(t, ba, c0a);
            c0b = Vector512.FusedMultiplyAdd(t, bb, c0b);
            t = Vector512.Create(a[one]);
            c1a = Vector512.FusedMultiplyAdd(t, ba, c1a);
            c1b = Vector512.FusedMultiplyAdd(t, bb, c1b);
            t = Vector512.Create(a[two]);
            c2a = Vector512.FusedMultiplyAdd(t, ba, c2a);
            c2b = Vector512.FusedMultiplyAdd(t, bb, c2b);
            t = Vector512.Create(*a3);
            c3a = Vector512.FusedMultiplyAdd(t, ba, c3a);
            c3b = Vector512.FusedMultiplyAdd(t, bb, c3b);
            a += aStep;
            a3 += aStep;
            b += 32;
        }

        Store(c, addend, c0a, c0b);
        addend += addendStride;
        Store(c + cStride, addend, c1a, c1b);
        addend += addendStride;
        Store(c + (2 * cStride), addend, c2a, c2b);
        addend += addendStride;
        Store(c + (3 * cStride), addend, c3a, c3b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, float* addend, Vector512<float> v)
    {
        if (addend != null) v += Vector512.Load(addend);
        v.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, float* addend, Vector512<float> v, Vector512<float> w)
    {
        if (addend != null)
        {
            v += Vector512.Load(addend);
            w += Vector512.Load(addend + 16);
        }

        v.Store(c);
        w.Store(c + 16);
    }
}
