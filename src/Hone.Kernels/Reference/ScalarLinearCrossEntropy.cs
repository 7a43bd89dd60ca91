using System.Numerics;

namespace Hone.Kernels.Reference;

/// <summary>
/// Output layer and cross-entropy. Shapes: x, dx [S, C]; w, dw [V, C]; targets, weights, loss, correct [S].
/// <code>
/// forward   z = x·wᵀ     loss = log Σ exp z − z[target]     correct = no logit is above z[target], and the loss is a number
/// backward  dz = scale·weight·(softmax z − onehot)     dx = dz·w     dw += dzᵀ·x
/// </code>
/// </summary>
internal static class ScalarLinearCrossEntropy
{
    public static void Forward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<int> targets, Span<T> loss, Span<int> correct,
        int columns, int vocabulary)
        where T : IFloatingPointIeee754<T>
    {
        var z = new T[vocabulary];
        for (var s = 0; s < targets.Length; s++)
        {
            var logSumExp = Logits(x.Slice(s * columns, columns), w, z);
            loss[s] = logSumExp - z[targets[s]];
            correct[s] = T.IsNaN(loss[s]) ? 0 : 1;
            foreach (var logit in z)
            {
                if (logit > z[targets[s]]) correct[s] = 0;
            }
        }
    }

    public static void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<int> targets, ReadOnlySpan<T> weights, T scale,
        Span<T> dx, Span<T> dw, int columns, int vocabulary)
        where T : IFloatingPointIeee754<T>
    {
        dx.Clear();
        var z = new T[vocabulary];
        for (var s = 0; s < targets.Length; s++)
        {
            var logSumExp = Logits(x.Slice(s * columns, columns), w, z);
            for (var n = 0; n < vocabulary; n++)
            {
                var d = scale * weights[s] * (T.Exp(z[n] - logSumExp) - (n == targets[s] ? T.One : T.Zero));
                for (var c = 0; c < columns; c++)
                {
                    dx[s * columns + c] += d * w[n * columns + c];
                    if (!dw.IsEmpty) dw[n * columns + c] += d * x[s * columns + c];
                }
            }
        }
    }

    /// <summary>Logits of one row; returns their log-sum-exp.</summary>
    private static T Logits<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> w, Span<T> z)
        where T : IFloatingPointIeee754<T>
    {
        var largest = T.NegativeInfinity;
        for (var n = 0; n < z.Length; n++)
        {
            var sum = T.Zero;
            for (var c = 0; c < x.Length; c++) sum += x[c] * w[n * x.Length + c];
            z[n] = sum;
            largest = T.Max(largest, sum);
        }

        var total = T.Zero;
        foreach (var logit in z) total += T.Exp(logit - largest);
        return largest + T.Log(total);
    }
}
