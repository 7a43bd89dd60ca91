using System.Numerics;

namespace Hone.Kernels.Reference;

/// <summary>
/// Root-mean-square norm (Zhang and Sennrich 2019) over groups. Shapes: x, y, dx, dy [T·G, D]; w, dw [D]; rstd [T·G].
/// <code>
/// forward   rstd = 1/√(mean x² + eps)     x̂ = x·rstd     y = x̂·(w + offset)
/// backward  h = dy·(w + offset)           dx = rstd·(h − x̂·mean(h·x̂))     dw += Σ dy·x̂
/// </code>
/// </summary>
internal static class ScalarRmsNorm
{
    public static void Forward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> w, Span<T> y, Span<T> rstd, T eps, T offset, int groups, int size)
        where T : IFloatingPointIeee754<T>
    {
        for (var g = 0; g < groups; g++)
        {
            var sum = T.Zero;
            for (var i = 0; i < size; i++) sum += x[g * size + i] * x[g * size + i];
            rstd[g] = T.One / T.Sqrt(sum / T.CreateChecked(size) + eps);
            for (var i = 0; i < size; i++) y[g * size + i] = x[g * size + i] * rstd[g] * (w[i] + offset);
        }
    }

    public static void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<T> rstd, ReadOnlySpan<T> dy, Span<T> dx, Span<T> dw,
        T offset, bool accumulate, int groups, int size)
        where T : IFloatingPointIeee754<T>
    {
        for (var g = 0; g < groups; g++)
        {
            var mean = T.Zero;
            for (var i = g * size; i < (g + 1) * size; i++) mean += dy[i] * (w[i - g * size] + offset) * x[i] * rstd[g];
            mean /= T.CreateChecked(size);
            for (var i = g * size; i < (g + 1) * size; i++)
            {
                var normal = x[i] * rstd[g];
                if (!dw.IsEmpty) dw[i - g * size] += dy[i] * normal;
                var d = rstd[g] * (dy[i] * (w[i - g * size] + offset) - normal * mean);
                dx[i] = accumulate ? dx[i] + d : d;
            }
        }
    }
}
