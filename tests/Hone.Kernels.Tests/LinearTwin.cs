using Hone.Tensors;

namespace Hone.Kernels.Tests;

/// <summary>Products in double, and the error that F32 sums may have.</summary>
internal static class LinearTwin
{
    private const double Epsilon = 1.1920929e-7;

    public static double[,] Transpose(double[,] a)
    {
        var t = new double[a.GetLength(1), a.GetLength(0)];
        for (var i = 0; i < a.GetLength(0); i++)
            for (var j = 0; j < a.GetLength(1); j++) t[j, i] = a[i, j];
        return t;
    }

    public static double[,] Multiply(double[,] a, double[,] b, double factor = 1)
    {
        int m = a.GetLength(0), k = a.GetLength(1), n = b.GetLength(1);
        Assert.Equal(k, b.GetLength(0));
        var c = new double[m, n];
        for (var i = 0; i < m; i++)
        {
            for (var p = 0; p < k; p++)
            {
                var left = a[i, p] * factor;
                for (var j = 0; j < n; j++) c[i, j] += left * b[p, j];
            }
        }

        return c;
    }

    public static double[,] Add(double[,] a, double[,] b)
    {
        var c = (double[,])a.Clone();
        for (var i = 0; i < a.GetLength(0); i++)
            for (var j = 0; j < a.GetLength(1); j++) c[i, j] += b.GetLength(0) == 1 ? b[0, j] : b[i, j];
        return c;
    }

    /// <summary>The mask as <see cref="Dropout"/> documents it, times 1/(1 − p).</summary>
    public static double[,] Drop(double[,] x, Dropout dropout)
    {
        var y = (double[,])x.Clone();
        var columns = x.GetLength(1);
        for (var i = 0; i < x.GetLength(0); i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var random = CounterRandom.UInt32(dropout.Seed, dropout.Stream, ((ulong)i * (ulong)columns) + (ulong)j);
                y[i, j] = random >= (double)dropout.Probability * 4294967296.0 ? x[i, j] / (1 - (double)dropout.Probability) : 0;
            }
        }

        return y;
    }

    /// <summary>
    /// Every step of a chain rounds by at most ε/2 of the partial sum. With elements uniform in [−1, 1] the sum after k steps is
    /// about √k/3, so the errors of a block of up to 256 add up to 0.07·ε·k, and blocks add up like √blocks: the deviation
    /// is 0.07·ε·√(K·min(K, 256)). Seven deviations are allowed, and two roundings of the result.
    /// </summary>
    public static void AssertClose(double[,] expected, CanaryTensor actual, int terms, double scale = 1)
    {
        for (var i = 0; i < expected.GetLength(0); i++)
        {
            for (var j = 0; j < expected.GetLength(1); j++)
            {
                var tolerance = Epsilon * ((scale * ((0.5 * Math.Sqrt((double)terms * Math.Min(terms, 256))) + 1)) + (2 * Math.Abs(expected[i, j])));
                var error = Math.Abs(expected[i, j] - actual[i, j]);
                if (!(error <= tolerance))
                    Assert.Fail($"[{i}, {j}] of {actual.View}: {actual[i, j]} instead of {expected[i, j]}, tolerance {tolerance}");
            }
        }
    }
}
