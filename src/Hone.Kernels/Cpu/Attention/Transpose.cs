using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>Turns 8 × 8 numbers in registers.</summary>
internal static unsafe class Transpose
{
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

        Four(from, from + 4 * fromRow, fromRow, to, toRow);
        Four(from + 4, from + 4 * fromRow + 4, fromRow, to + 4 * toRow, toRow);
    }

    /// <summary>Four columns of eight rows: the lower half of each vector holds a row of the upper four, the upper half one of the lower four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(float* upper, float* lower, nint fromRow, float* to, nint toRow)
    {
        var r0 = Vector256.Create(Vector128.Load(upper), Vector128.Load(lower));
        var r1 = Vector256.Create(Vector128.Load(upper + fromRow), Vector128.Load(lower + fromRow));
        var r2 = Vector256.Create(Vector128.Load(upper + 2 * fromRow), Vector128.Load(lower + 2 * fromRow));
        var r3 = Vector256.Create(Vector128.Load(upper + 3 * fromRow), Vector128.Load(lower + 3 * fromRow));
        var low01 = Avx.UnpackLow(r0, r1).AsDouble();
        var low23 = Avx.UnpackLow(r2, r3).AsDouble();
        var high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        var high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        Avx.UnpackLow(low01, low23).AsSingle().Store(to);
        Avx.UnpackHigh(low01, low23).AsSingle().Store(to + toRow);
        Avx.UnpackLow(high01, high23).AsSingle().Store(to + 2 * toRow);
        Avx.UnpackHigh(high01, high23).AsSingle().Store(to + 3 * toRow);
    }
}
