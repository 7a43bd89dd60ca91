using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Bench.Profiling;

/// <content>Ops whose limit is the rate of multiply-adds.</content>
internal sealed partial class ProfilingKernels
{
    public void Linear(Tensor x, Tensor w, Tensor y, in LinearOptions options)
    {
        var start = clock.Now;
        inner.Linear(x, w, y, options);
        double t = x.Rows, n = w.Rows, k = w.Columns, r = options.LowRank.IsEmpty ? 0 : options.LowRank.A.Rows;
        var bytes = w.ByteCount + 4 * (t * k + t * n) + options.Residual.ByteCount + 4 * r * (n + k + t);
        Add(new OpKey("Linear", w.Rows, w.Columns), start, new OpCost(2 * t * (n * k + r * (n + k)), bytes));
    }

    public void LinearBackward(Tensor x, Tensor w, Tensor dy, Tensor dx, Tensor dw, in LinearOptions options)
    {
        var start = clock.Now;
        inner.LinearBackward(x, w, dy, dx, dw, options);
        double t = dy.Rows, n = w.Rows, k = w.Columns, r = options.LowRank.IsEmpty ? 0 : options.LowRank.A.Rows;
        double products = (dx.IsEmpty ? 0 : 1) + (dw.IsEmpty ? 0 : 1);
        var lowRank = r * (2 * n + k + (dx.IsEmpty ? 0 : k));
        var needsInput = !dw.IsEmpty || r > 0;
        var bytes = 4 * t * n + (needsInput ? 4 * t * k : 0) + (dx.IsEmpty ? 0 : w.ByteCount + dx.ByteCount * (options.AccumulateInput ? 2 : 1))
            + 2 * dw.ByteCount + 4 * r * (3 * (n + k) + 2 * t);
        Add(new OpKey("LinearBackward", w.Rows, w.Columns), start, new OpCost(2 * t * (products * n * k + lowRank), bytes));
    }

    public void MergeLowRank(Tensor w, Tensor a, Tensor b, float scale)
    {
        var start = clock.Now;
        inner.MergeLowRank(w, a, b, scale);
        Add(new OpKey("MergeLowRank"), start, new OpCost(2.0 * w.Count * a.Rows, 2.0 * w.ByteCount));
    }

    public void Attention(Tensor q, Tensor k, Tensor v, Tensor segmentStarts, Tensor output, Tensor logSumExp, in AttentionShape shape)
    {
        var start = clock.Now;
        inner.Attention(q, k, v, segmentStarts, output, logSumExp, shape);
        var bytes = 2.0 * q.ByteCount + 2.0 * k.ByteCount;
        Add(new OpKey("Attention"), start, new OpCost(2 * 2 * Pairs(segmentStarts, shape) * q.Columns, bytes));
    }

    public void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor segmentStarts, Tensor output, Tensor logSumExp, Tensor dOutput,
        Tensor delta, Tensor dq, Tensor dk, Tensor dv, in AttentionShape shape)
    {
        var start = clock.Now;
        inner.AttentionBackward(q, k, v, segmentStarts, output, logSumExp, dOutput, delta, dq, dk, dv, shape);

        // Five products: the scores again, and the gradients of probabilities, values, queries and keys.
        var bytes = 4.0 * q.ByteCount + 4.0 * k.ByteCount;
        Add(new OpKey("AttentionBackward"), start, new OpCost(5 * 2 * Pairs(segmentStarts, shape) * q.Columns, bytes));
    }

    public void CachedAttention(Tensor q, Tensor k, Tensor v, Tensor output, in AttentionShape shape)
    {
        var start = clock.Now;
        inner.CachedAttention(q, k, v, output, shape);
        Add(new OpKey("CachedAttention"), start, new OpCost(4.0 * q.Count * k.Rows, 2.0 * k.ByteCount));
    }

    public void LinearCrossEntropy(Tensor x, Tensor w, Tensor targets, Tensor weights, float gradientScale, Tensor logits,
        Tensor loss, Tensor correct, Tensor dx, Tensor dw)
    {
        var start = clock.Now;
        inner.LinearCrossEntropy(x, w, targets, weights, gradientScale, logits, loss, correct, dx, dw);
        double products = 1 + (dx.IsEmpty ? 0 : 1) + (dw.IsEmpty ? 0 : 1);
        var bytes = products * w.ByteCount + dw.ByteCount + 4.0 * 4 * x.Rows * w.Rows;
        Add(new OpKey("LinearCrossEntropy", w.Rows, w.Columns), start, new OpCost(products * 2 * x.Rows * (double)w.Count, bytes));
    }

    /// <summary>Pairs of a query and a key that it sees.</summary>
    private static unsafe double Pairs(Tensor segmentStarts, in AttentionShape shape)
    {
        double pairs = 0;
        for (var s = 0; s + 1 < segmentStarts.Columns; s++)
        {
            double n = segmentStarts.I32[s + 1] - segmentStarts.I32[s];
            double unseen = shape.SlidingWindow > 0 ? Math.Max(0, n - shape.SlidingWindow) : 0;
            pairs += n * (n + 1) / 2 - unseen * (unseen + 1) / 2;
        }

        return pairs;
    }
}
