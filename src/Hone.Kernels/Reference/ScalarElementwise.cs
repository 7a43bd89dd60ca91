using System.Numerics;

namespace Hone.Kernels.Reference;

/// <summary>
/// Sums. Arrays have one length.
/// <code>
/// AddScaled     y += scale·x
/// SumOfSquares  Σ x²
/// </code>
/// </summary>
internal static class ScalarElementwise
{
    public static void AddScaled<T>(ReadOnlySpan<T> x, Span<T> y, T scale)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++) y[i] += scale * x[i];
    }

    public static T SumOfSquares<T>(ReadOnlySpan<T> x)
        where T : IFloatingPointIeee754<T>
    {
        var sum = T.Zero;
        foreach (var value in x) sum += value * value;
        return sum;
    }
}
