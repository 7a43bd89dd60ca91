using System.Numerics;

namespace Hone.Kernels.Reference;

/// <summary>
/// Linear layer. Shapes: x, dx [T, K]; w, dw [N, K]; y, dy, residual [T, N]; bias [N].
/// <code>
/// forward   y = x·wᵀ + bias + residual
/// backward  dx += dy·w     dw += dyᵀ·x     dbias += Σₜ dy
/// </code>
/// Optional arguments are empty. The residual may be y itself.
/// </summary>
internal static class ScalarLinear
{
    public static void Forward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<T> bias, ReadOnlySpan<T> residual, Span<T> y,
        int rows, int inputs, int outputs)
        where T : IFloatingPointIeee754<T>
    {
        for (var t = 0; t < rows; t++)
        {
            for (var n = 0; n < outputs; n++)
            {
                var sum = T.Zero;
                for (var k = 0; k < inputs; k++) sum += x[t * inputs + k] * w[n * inputs + k];
                if (!bias.IsEmpty) sum += bias[n];
                if (!residual.IsEmpty) sum += residual[t * outputs + n];
                y[t * outputs + n] = sum;
            }
        }
    }

    public static void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<T> dy, Span<T> dx, Span<T> dw, Span<T> dbias,
        int rows, int inputs, int outputs)
        where T : IFloatingPointIeee754<T>
    {
        for (var t = 0; t < rows; t++)
        {
            for (var n = 0; n < outputs; n++)
            {
                var d = dy[t * outputs + n];
                if (!dbias.IsEmpty) dbias[n] += d;
                for (var k = 0; k < inputs; k++)
                {
                    if (!dx.IsEmpty) dx[t * inputs + k] += d * w[n * inputs + k];
                    if (!dw.IsEmpty) dw[n * inputs + k] += d * x[t * inputs + k];
                }
            }
        }
    }
}
