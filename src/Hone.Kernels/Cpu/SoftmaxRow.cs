using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hone.Kernels.Cpu;

/// <summary>Pieces of a softmax over one long row. Eight fixed lanes, so that the bits are those of any processor.</summary>
internal static unsafe class SoftmaxRow
{
    private const int Lanes = Vectors.Lanes;

    /// <summary>Floats are summed in short runs, the runs in double.</summary>
    private const int RunLength = 1024;

    /// <summary>The largest element; NaN elements may be passed over, they show up in the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max(float* x, int count)
    {
        var max = float.NegativeInfinity;
        var i = 0;
        if (count >= Lanes)
        {
            var lanes = Vector256.Load(x);
            i = Lanes;
            if (Vector512.IsHardwareAccelerated && count >= 2 * Lanes)
            {
                var both = Vector512.Load(x);
                for (i = 2 * Lanes; i + (2 * Lanes) <= count; i += 2 * Lanes) both = Vector512.MaxNative(both, Vector512.Load(x + i));
                lanes = Vector256.MaxNative(both.GetLower(), both.GetUpper());
            }

            for (; i + Lanes <= count; i += Lanes) lanes = Vector256.MaxNative(lanes, Vector256.Load(x + i));
            for (var lane = 0; lane < Lanes; lane++) max = lanes[lane] > max ? lanes[lane] : max;
        }

        for (; i < count; i++) max = x[i] > max ? x[i] : max;
        return max;
    }

    /// <summary>Σ exp(x − max); <paramref name="store"/> also replaces x by the exponentials.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfExponentials(float* x, int count, float max, bool store)
    {
        var (maxima, wideMaxima) = (Vector256.Create(max), Vector512.Create(max));
        double total = 0;
        var i = 0;
        while (i + Lanes <= count)
        {
            var end = Math.Min(i + RunLength, count);
            var lanes = Vector256<float>.Zero;
            for (; Vector512.IsHardwareAccelerated && i + (2 * Lanes) <= end; i += 2 * Lanes)
            {
                var both = Vectors.Exp(Vector512.Load(x + i) - wideMaxima);
                if (store) both.Store(x + i);
                lanes = lanes + both.GetLower() + both.GetUpper();
            }

            for (; i + Lanes <= end; i += Lanes)
            {
                var e = Vectors.Exp(Vector256.Load(x + i) - maxima);
                if (store) e.Store(x + i);
                lanes += e;
            }

            for (var lane = 0; lane < Lanes; lane++) total += lanes[lane];
        }

        for (; i < count; i++)
        {
            var e = Vectors.Exp(x[i] - max);
            if (store) x[i] = e;
            total += e;
        }

        return total;
    }

    /// <summary>x *= factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* x, int count, float factor)
    {
        var (factors, wideFactors) = (Vector256.Create(factor), Vector512.Create(factor));
        var i = 0;
        for (; Vector512.IsHardwareAccelerated && i + (2 * Lanes) <= count; i += 2 * Lanes) (Vector512.Load(x + i) * wideFactors).Store(x + i);
        for (; i + Lanes <= count; i += Lanes) (Vector256.Load(x + i) * factors).Store(x + i);
        for (; i < count; i++) x[i] *= factor;
    }
}
