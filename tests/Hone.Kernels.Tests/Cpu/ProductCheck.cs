namespace Hone.Kernels.Tests.Cpu;

/// <summary>The error that F32 sums of products may have.</summary>
internal static class ProductCheck
{
    private const double Epsilon = 1.1920929e-7;

    /// <summary>
    /// Every step of a chain rounds by at most ε/2 of the partial sum. With elements uniform in [−1, 1] the sum after k steps is
    /// about √k/3, so the errors of a block of up to 256 add up to 0.07·ε·k, and blocks add up like √blocks: the deviation
    /// is 0.07·ε·√(K·min(K, 256)). Seven deviations are allowed, and two roundings of the result.
    /// </summary>
    public static void AssertClose(double[] expected, GuardedTensor actual, int terms, double scale = 1)
    {
        Assert.Equal(expected.Length, actual.View.Count);
        for (var at = 0; at < expected.Length; at++)
        {
            var (i, j) = (at / actual.View.Columns, at % actual.View.Columns);
            var tolerance = Epsilon * ((scale * ((0.5 * Math.Sqrt((double)terms * Math.Min(terms, 256))) + 1)) + (2 * Math.Abs(expected[at])));
            var error = Math.Abs(expected[at] - actual[i, j]);
            if (!(error <= tolerance))
                Assert.Fail($"[{i}, {j}] of {actual.View}: {actual[i, j]} instead of {expected[at]}, tolerance {tolerance}");
        }
    }
}
