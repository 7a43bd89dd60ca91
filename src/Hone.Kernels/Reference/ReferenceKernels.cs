using Hone.Tensors;
using static Hone.Kernels.Reference.TensorValues;

namespace Hone.Kernels.Reference;

/// <summary>
/// The device that tests trust: every op reads its tensors (any type, any stride) into arrays of doubles, runs the scalar
/// twin, and rounds the results back once. Slow, and it allocates; nobody trains with it.
/// </summary>
public sealed class ReferenceKernels : IKernels
{
    /// <inheritdoc/>
    public string Description => "scalar reference, 1 thread";

    /// <inheritdoc/>
    public long WorkspaceBytes => 0;

    /// <inheritdoc/>
    public Arena CreateArena(string name) => new(name);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <inheritdoc/>
    public void Linear(Tensor x, Tensor w, Tensor y, in LinearOptions options)
    {
        var low = options.LowRank;
        var result = new double[y.Count];
        ScalarLinear.Forward<double>(Read(x), Read(w), Read(options.Bias), Read(options.Residual), result, x.Rows, x.Columns, y.Columns);
        if (!low.IsEmpty)
        {
            var u = new double[low.U.Count];
            ScalarLowRank.Forward<double>(Read(x), Read(low.A), Read(low.B), low.Scale, low.Dropout, u, result, x.Rows, x.Columns, y.Columns,
                low.A.Rows);
            Write(low.U, u);
        }

        Write(y, result);
    }

    /// <inheritdoc/>
    public void LinearBackward(Tensor x, Tensor w, Tensor dy, Tensor dx, Tensor dw, in LinearOptions options)
    {
        var low = options.LowRank;
        double[] dxs = Read(dx), dws = Read(dw), bias = Read(options.BiasGradient);
        if (!options.AccumulateInput) Array.Clear(dxs);
        if (options.OverwriteGradient) Array.Clear(dws);
        ScalarLinear.Backward<double>(Read(x), Read(w), Read(dy), dxs, dws, bias, dy.Rows, w.Columns, w.Rows);
        if (!low.IsEmpty)
        {
            double[] da = Read(low.AGradient), db = Read(low.BGradient);
            ScalarLowRank.Backward<double>(Read(x), Read(low.A), Read(low.B), low.Scale, low.Dropout, Read(low.U), Read(dy), dxs, da, db,
                dy.Rows, w.Columns, w.Rows, low.A.Rows);
            Write(low.AGradient, da);
            Write(low.BGradient, db);
        }

        Write(dx, dxs);
        Write(dw, dws);
        Write(options.BiasGradient, bias);
    }

    /// <inheritdoc/>
    public void MergeLowRank(Tensor w, Tensor a, Tensor b, float scale)
    {
        var merged = Read(w);
        ScalarLowRank.Merge<double>(merged, Read(a), Read(b), scale, w.Columns, w.Rows, a.Rows);
        Write(w, merged);
    }

    /// <inheritdoc/>
    public void RmsNorm(Tensor x, Tensor w, Tensor y, Tensor rstd, float eps, float weightOffset)
    {
        double[] ys = new double[y.Count], rstds = new double[rstd.Count];
        ScalarRmsNorm.Forward<double>(Read(x), Read(w), ys, rstds, eps, weightOffset, rstds.Length, w.Columns);
        Write(y, ys);
        Write(rstd, rstds);
    }

    /// <inheritdoc/>
    public void RmsNormBackward(Tensor x, Tensor w, Tensor rstd, Tensor dy, Tensor dx, Tensor dw, float weightOffset, bool accumulateInput)
    {
        double[] dxs = Read(dx), dws = Read(dw);
        ScalarRmsNorm.Backward<double>(Read(x), Read(w), Read(rstd), Read(dy), dxs, dws, weightOffset, accumulateInput, (int)rstd.Count,
            w.Columns);
        Write(dx, dxs);
        Write(dw, dws);
    }

    /// <inheritdoc/>
    public void Rotary(Tensor x, Tensor positions, Tensor cos, Tensor sin, int headSize, bool inverse)
    {
        var xs = Read(x);
        ScalarRotary.Turn<double>(xs, ReadIntegers(positions), Read(cos), Read(sin), x.Columns / headSize, headSize, cos.Columns, inverse);
        Write(x, xs);
    }

    /// <inheritdoc/>
    public void Attention(Tensor q, Tensor k, Tensor v, Tensor segmentStarts, Tensor output, Tensor logSumExp, in AttentionShape shape)
    {
        double[] outputs = new double[output.Count], sums = new double[logSumExp.Count];
        ScalarAttention.Forward<double>(Read(q), Read(k), Read(v), ReadIntegers(segmentStarts), outputs, sums, shape);
        Write(output, outputs);
        Write(logSumExp, sums);
    }

    /// <inheritdoc/>
    public void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor segmentStarts, Tensor output, Tensor logSumExp, Tensor dOutput,
        Tensor delta, Tensor dq, Tensor dk, Tensor dv, in AttentionShape shape)
    {
        double[] deltas = new double[delta.Count], dqs = new double[dq.Count], dks = new double[dk.Count], dvs = new double[dv.Count];
        ScalarAttention.Backward<double>(Read(q), Read(k), Read(v), ReadIntegers(segmentStarts), Read(output), Read(logSumExp),
            Read(dOutput), deltas, dqs, dks, dvs, shape);
        Write(delta, deltas);
        Write(dq, dqs);
        Write(dk, dks);
        Write(dv, dvs);
    }

    /// <inheritdoc/>
    public void CachedAttention(Tensor q, Tensor k, Tensor v, Tensor output, in AttentionShape shape)
    {
        var outputs = new double[output.Count];
        ScalarAttention.Cached<double>(Read(q), Read(k), Read(v), outputs, q.Rows, k.Rows, shape);
        Write(output, outputs);
    }

    /// <inheritdoc/>
    public void GatedActivation(Tensor gate, Tensor up, Tensor y, Activation activation)
    {
        var ys = new double[y.Count];
        ScalarGatedActivation.Forward<double>(Read(gate), Read(up), ys, activation);
        Write(y, ys);
    }

    /// <inheritdoc/>
    public void GatedActivationBackward(Tensor gate, Tensor up, Tensor dy, Tensor dgate, Tensor dup, Activation activation)
    {
        double[] dgates = new double[dgate.Count], dups = new double[dup.Count];
        ScalarGatedActivation.Backward<double>(Read(gate), Read(up), Read(dy), dgates, dups, activation);
        Write(dgate, dgates);
        Write(dup, dups);
    }

    /// <inheritdoc/>
    public void Embedding(Tensor table, Tensor ids, Tensor y, float scale)
    {
        var ys = new double[y.Count];
        ScalarEmbedding.Forward<double>(Read(table), ReadIntegers(ids), ys, scale, y.Columns);
        Write(y, ys);
    }

    /// <inheritdoc/>
    public void EmbeddingBackward(Tensor dy, Tensor ids, Tensor dtable, float scale)
    {
        var gradient = Read(dtable);
        ScalarEmbedding.Backward<double>(Read(dy), ReadIntegers(ids), gradient, scale, dy.Columns);
        Write(dtable, gradient);
    }

    /// <inheritdoc/>
    public void LinearCrossEntropy(Tensor x, Tensor w, Tensor targets, Tensor weights, float gradientScale, Tensor logits, Tensor loss,
        Tensor correct, Tensor dx, Tensor dw)
    {
        double[] xs = Read(x), ws = Read(w), losses = new double[loss.Count];
        int[] wanted = ReadIntegers(targets), hits = new int[correct.Count];
        ScalarLinearCrossEntropy.Forward<double>(xs, ws, wanted, losses, hits, x.Columns, w.Rows);
        Write(loss, losses);
        Write(correct, Array.ConvertAll(hits, hit => (double)hit));
        if (dx.IsEmpty) return;
        double[] dxs = new double[dx.Count], dws = Read(dw);
        ScalarLinearCrossEntropy.Backward<double>(xs, ws, wanted, Read(weights), gradientScale, dxs, dws, x.Columns, w.Rows);
        Write(dx, dxs);
        Write(dw, dws);
    }

    /// <inheritdoc/>
    public void GatherRows(Tensor x, Tensor rows, Tensor y)
    {
        var ys = new double[y.Count];
        ScalarRows.Gather<double>(Read(x), ReadIntegers(rows), ys, y.Columns);
        Write(y, ys);
    }

    /// <inheritdoc/>
    public void ScatterAddRows(Tensor x, Tensor rows, Tensor y)
    {
        var ys = Read(y);
        ScalarRows.ScatterAdd<double>(Read(x), ReadIntegers(rows), ys, y.Columns);
        Write(y, ys);
    }

    /// <inheritdoc/>
    public void AddScaled(Tensor x, Tensor y, float scale)
    {
        var ys = Read(y);
        ScalarElementwise.AddScaled<double>(Read(x), ys, scale);
        Write(y, ys);
    }

    /// <inheritdoc/>
    public void Fill(Tensor x, float value)
    {
        var xs = new double[x.Count];
        Array.Fill(xs, value);
        Write(x, xs);
    }

    /// <inheritdoc/>
    public void Copy(Tensor x, Tensor y) => Write(y, Read(x));

    /// <inheritdoc/>
    public void FillNormal(Tensor x, float mean, float deviation, ulong seed, ulong stream)
    {
        var xs = new double[x.Count];
        for (var i = 0; i < xs.Length; i++) xs[i] = RandomNumbers.Normal(mean, deviation, seed, stream, (ulong)i);
        Write(x, xs);
    }

    /// <inheritdoc/>
    public void FillUniform(Tensor x, float low, float high, ulong seed, ulong stream)
    {
        var xs = new double[x.Count];
        for (var i = 0; i < xs.Length; i++) xs[i] = RandomNumbers.Uniform(low, high, seed, stream, (ulong)i);
        Write(x, xs);
    }

    /// <inheritdoc/>
    public double SumOfSquares(Tensor x) => ScalarElementwise.SumOfSquares<double>(Read(x));

    /// <inheritdoc/>
    public void AdamW(Tensor p, Tensor g, Tensor m, Tensor v, in AdamWStep step)
    {
        double[] ps = Read(p), gs = Read(g), ms = Read(m), vs = Read(v);
        ScalarAdamW.Update<double>(ps, gs, ms, vs, step);
        Write(p, ps);
        Write(g, gs);
        Write(m, ms);
        Write(v, vs);
    }
}
