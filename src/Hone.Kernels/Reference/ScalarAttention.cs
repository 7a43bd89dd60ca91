using System.Numerics;

namespace Hone.Kernels.Reference;

/// <summary>
/// Causal attention with grouped queries. Shapes: q, out, dq, dout [T, H·D]; k, v, dk, dv [L, G·D]; logSumExp [T, H].
/// Query t of a segment sees the keys of its segment up to itself, or the last <c>SlidingWindow</c> of them.
/// <code>
/// forward   sⱼ = scale·q·kⱼ     lse = log Σ exp sⱼ     pⱼ = exp(sⱼ − lse)     out = Σ pⱼ·vⱼ
/// backward  δ = Σ dout·out      dsⱼ = pⱼ·(dout·vⱼ − δ)
///           dq = scale·Σ dsⱼ·kⱼ     dkⱼ += scale·dsⱼ·q     dvⱼ += pⱼ·dout
/// </code>
/// </summary>
internal static class ScalarAttention
{
    public static void Forward<T>(ReadOnlySpan<T> q, ReadOnlySpan<T> k, ReadOnlySpan<T> v, ReadOnlySpan<int> starts, Span<T> output,
        Span<T> logSumExp, in AttentionShape shape)
        where T : IFloatingPointIeee754<T>
    {
        for (var s = 0; s + 1 < starts.Length; s++)
        {
            for (var t = starts[s]; t < starts[s + 1]; t++) Row(q, k, v, output, logSumExp, t, FirstKey(t, starts[s], shape), t, shape);
        }
    }

    /// <summary>n new queries over a cache of <paramref name="keys"/> keys, the newest n of which belong to the queries.</summary>
    public static void Cached<T>(ReadOnlySpan<T> q, ReadOnlySpan<T> k, ReadOnlySpan<T> v, Span<T> output, int queries, int keys,
        in AttentionShape shape)
        where T : IFloatingPointIeee754<T>
    {
        for (var t = 0; t < queries; t++)
        {
            var last = keys - queries + t;
            Row(q, k, v, output, [], t, FirstKey(last, 0, shape), last, shape);
        }
    }

    public static void Backward<T>(ReadOnlySpan<T> q, ReadOnlySpan<T> k, ReadOnlySpan<T> v, ReadOnlySpan<int> starts, ReadOnlySpan<T> output,
        ReadOnlySpan<T> logSumExp, ReadOnlySpan<T> dOutput, Span<T> delta, Span<T> dq, Span<T> dk, Span<T> dv, in AttentionShape shape)
        where T : IFloatingPointIeee754<T>
    {
        dq.Clear();
        dk.Clear();
        dv.Clear();
        for (var s = 0; s + 1 < starts.Length; s++)
        {
            for (var t = starts[s]; t < starts[s + 1]; t++)
            {
                for (var h = 0; h < shape.Heads; h++)
                {
                    delta[t * shape.Heads + h] = Dot(dOutput, output, QueryAt(t, h, shape), QueryAt(t, h, shape), shape.HeadSize);
                    for (var j = FirstKey(t, starts[s], shape); j <= t; j++)
                        Pair(q, k, v, logSumExp, dOutput, delta, dq, dk, dv, t, j, h, shape);
                }
            }
        }
    }

    private static void Row<T>(ReadOnlySpan<T> q, ReadOnlySpan<T> k, ReadOnlySpan<T> v, Span<T> output, Span<T> logSumExp, int t, int first,
        int last, in AttentionShape shape)
        where T : IFloatingPointIeee754<T>
    {
        var scale = T.CreateChecked(shape.Scale);
        for (var h = 0; h < shape.Heads; h++)
        {
            var at = QueryAt(t, h, shape);
            var scores = new T[last - first + 1];
            for (var j = first; j <= last; j++) scores[j - first] = scale * Dot(q, k, at, KeyAt(j, h, shape), shape.HeadSize);
            var largest = T.NegativeInfinity;
            foreach (var score in scores) largest = T.Max(largest, score);
            var sum = T.Zero;
            foreach (var score in scores) sum += T.Exp(score - largest);
            var lse = largest + T.Log(sum);
            if (!logSumExp.IsEmpty) logSumExp[t * shape.Heads + h] = lse;
            for (var i = 0; i < shape.HeadSize; i++)
            {
                var value = T.Zero;
                for (var j = first; j <= last; j++) value += T.Exp(scores[j - first] - lse) * v[KeyAt(j, h, shape) + i];
                output[at + i] = value;
            }
        }
    }

    private static void Pair<T>(ReadOnlySpan<T> q, ReadOnlySpan<T> k, ReadOnlySpan<T> v, ReadOnlySpan<T> logSumExp, ReadOnlySpan<T> dOutput,
        ReadOnlySpan<T> delta, Span<T> dq, Span<T> dk, Span<T> dv, int t, int j, int h, in AttentionShape shape)
        where T : IFloatingPointIeee754<T>
    {
        int query = QueryAt(t, h, shape), key = KeyAt(j, h, shape);
        var scale = T.CreateChecked(shape.Scale);
        var p = T.Exp(scale * Dot(q, k, query, key, shape.HeadSize) - logSumExp[t * shape.Heads + h]);
        var ds = scale * p * (Dot(dOutput, v, query, key, shape.HeadSize) - delta[t * shape.Heads + h]);
        for (var i = 0; i < shape.HeadSize; i++)
        {
            dq[query + i] += ds * k[key + i];
            dk[key + i] += ds * q[query + i];
            dv[key + i] += p * dOutput[query + i];
        }
    }

    private static int FirstKey(int t, int start, in AttentionShape shape) =>
        shape.SlidingWindow > 0 ? Math.Max(start, t - shape.SlidingWindow + 1) : start;

    private static int QueryAt(int t, int h, in AttentionShape shape) => (t * shape.Heads + h) * shape.HeadSize;

    private static int KeyAt(int j, int h, in AttentionShape shape) =>
        (j * shape.KeyValueHeads + h * shape.KeyValueHeads / shape.Heads) * shape.HeadSize;

    private static T Dot<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, int atA, int atB, int count)
        where T : IFloatingPointIeee754<T>
    {
        var sum = T.Zero;
        for (var i = 0; i < count; i++) sum += a[atA + i] * b[atB + i];
        return sum;
    }
}
