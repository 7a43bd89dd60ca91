using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hone.Kernels.Cpu;

/// <summary>Pieces of a softmax over one long row. Eight fixed lanes, so that the bits are those of any processor.</summary>
internal static unsafe class SoftmaxRow
{
    private const int Lanes = 8;

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
            for (i = Lanes; i + Lanes <= count; i += Lanes) lanes = Vector256.MaxNative(lanes, Vector256.Load(x + i));
            for (var lane = 0; lane < Lanes; lane++) max = lanes[lane] > max ? lanes[lane] : max;
        }

        for (; i < count; i++) max = x[i] > max ? x[i] : max;
        return max;
    }

    /// <summary>Σ exp(x − max); <paramref name="store"/> also replaces x by the exponentials.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfExponentials(float* x, int count, float max, bool store)
    {
        var maxima = Vector256.Create(max);
        double total = 0;
        var i = 0;
        while (i + Lanes <= count)
        {
            var end = Math.Min(i + RunLength, count);
            var lanes = Vector256<float>.Zero;
            for (; i + Lanes <= end; i += Lanes)
            {
                var e = Exp(Vector256.Load(x + i) - maxima);
                if (store) e.Store(x + i);
                lanes += e;
            }

            for (var lane = 0; lane < Lanes; lane++) total += lanes[lane];
        }

        for (; i < count; i++)
        {
            var e = Exp(Vector256.Create(x[i] - max)).ToScalar();
            if (store) x[i] = e;
            total += e;
        }

        return total;
    }

    /// <summary>x *= factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* x, int count, float factor)
    {
        var factors = Vector256.Create(factor);
        var i = 0;
        for (; i + Lanes <= count; i += Lanes) (Vector256.Load(x + i) * factors).Store(x + i);
        for (; i < count; i++) x[i] *= factor;
    }

    /// <summary>
    /// eˣ for x ≤ 0: x = n·ln 2 + r, |r| ≤ ln 2/2, a polynomial for eʳ, n added to the exponent. Below −87 the result is 0;
    /// NaN stays NaN. Relative error about 1e-7.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Exp(Vector256<float> x)
    {
        // n is found by adding 1.5·2²³, whose last mantissa bit is worth 1; ln 2 is split so that n·(first part) is exact.
        var shift = Vector256.Create(12582912f);
        var shifted = Vector256.FusedMultiplyAdd(x, Vector256.Create(1.44269504f), shift);
        var n = shifted - shift;
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693145752f), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-1.42860677e-6f), r);
        var p = Vector256.Create(1.9841270e-4f);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.3888889e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(8.3333333e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(4.1666667e-2f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.6666667e-1f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.5f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<float>.One);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<float>.One);
        var result = (p.AsInt32() + (shifted.AsInt32() << 23)).AsSingle();
        result = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(-87f)), Vector256<float>.Zero, result);
        return Vector256.ConditionalSelect(Vector256.Equals(x, x), result, x);
    }
}
