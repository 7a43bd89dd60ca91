using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Kernels.Cpu;

/// <summary>Transposes blocks of 8 × 8 elements in registers.</summary>
internal static unsafe class Transpose
{
    /// <summary>Swaps rows and columns of eight registers. Needs AVX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Eight(ref Vector256<float> r0, ref Vector256<float> r1, ref Vector256<float> r2, ref Vector256<float> r3,
        ref Vector256<float> r4, ref Vector256<float> r5, ref Vector256<float> r6, ref Vector256<float> r7)
    {
        var (a0, a1, a2, a3) = (r0, r1, r2, r3);
        var (b0, b1, b2, b3) = (r4, r5, r6, r7);
        FourInHalves(ref a0, ref a1, ref a2, ref a3);
        FourInHalves(ref b0, ref b1, ref b2, ref b3);
        r0 = Avx.Permute2x128(a0, b0, 0x20);
        r1 = Avx.Permute2x128(a1, b1, 0x20);
        r2 = Avx.Permute2x128(a2, b2, 0x20);
        r3 = Avx.Permute2x128(a3, b3, 0x20);
        r4 = Avx.Permute2x128(a0, b0, 0x31);
        r5 = Avx.Permute2x128(a1, b1, 0x31);
        r6 = Avx.Permute2x128(a2, b2, 0x31);
        r7 = Avx.Permute2x128(a3, b3, 0x31);
    }

    /// <summary>to[j·toRow + i] = from[i·fromRow + j] for i, j below 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Eight(float* from, nint fromRow, float* to, nint toRow)
    {
        if (!Avx.IsSupported)
        {
            for (var i = 0; i < 8; i++)
            {
                for (var j = 0; j < 8; j++) to[j * toRow + i] = from[i * fromRow + j];
            }

            return;
        }

        FourColumns(from, from + 4 * fromRow, fromRow, to, toRow);
        FourColumns(from + 4, from + 4 * fromRow + 4, fromRow, to + 4 * toRow, toRow);
    }

    /// <summary>Four columns of eight rows. Loading the lower four rows into the upper halves saves the exchange of halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourColumns(float* upper, float* lower, nint fromRow, float* to, nint toRow)
    {
        var r0 = Vector256.Create(Vector128.Load(upper), Vector128.Load(lower));
        var r1 = Vector256.Create(Vector128.Load(upper + fromRow), Vector128.Load(lower + fromRow));
        var r2 = Vector256.Create(Vector128.Load(upper + 2 * fromRow), Vector128.Load(lower + 2 * fromRow));
        var r3 = Vector256.Create(Vector128.Load(upper + 3 * fromRow), Vector128.Load(lower + 3 * fromRow));
        FourInHalves(ref r0, ref r1, ref r2, ref r3);
        r0.Store(to);
        r1.Store(to + toRow);
        r2.Store(to + 2 * toRow);
        r3.Store(to + 3 * toRow);
    }

    /// <summary>Transposes the 4 × 4 block in the lower halves and the one in the upper halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourInHalves(ref Vector256<float> r0, ref Vector256<float> r1, ref Vector256<float> r2, ref Vector256<float> r3)
    {
        var low01 = Avx.UnpackLow(r0, r1).AsDouble();
        var high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        var low23 = Avx.UnpackLow(r2, r3).AsDouble();
        var high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        r0 = Avx.UnpackLow(low01, low23).AsSingle();
        r1 = Avx.UnpackHigh(low01, low23).AsSingle();
        r2 = Avx.UnpackLow(high01, high23).AsSingle();
        r3 = Avx.UnpackHigh(high01, high23).AsSingle();
    }
}
