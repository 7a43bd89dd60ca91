using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Training.Tests.Planning;

/// <summary>Counts the operations of the products with weights that a device is asked for, call by call: 2 for each multiply-add.</summary>
internal sealed class CountingKernels(IKernels inner) : IKernels
{
    public double Operations { get; private set; }

    public string Description => inner.Description;

    public long WorkspaceBytes => inner.WorkspaceBytes;

    public Arena CreateArena(string name) => inner.CreateArena(name);

    public void Linear(Tensor x, Tensor w, Tensor y, in LinearOptions options)
    {
        Count(x.Rows, w.Rows, w.Columns);
        if (!options.LowRank.IsEmpty)
        {
            Count(x.Rows, options.LowRank.A);
            Count(x.Rows, options.LowRank.B);
        }

        inner.Linear(x, w, y, options);
    }

    public void LinearBackward(Tensor x, Tensor w, Tensor dy, Tensor dx, Tensor dw, in LinearOptions options)
    {
        if (!dx.IsEmpty) Count(dy.Rows, w);
        if (!dw.IsEmpty) Count(dy.Rows, w);
        var low = options.LowRank;
        if (!low.IsEmpty)
        {
            // dU = dy·B and, from it, the part of dx; then the gradients of A and B.
            Count(dy.Rows, low.B);
            if (!dx.IsEmpty) Count(dy.Rows, low.A);
            if (!low.AGradient.IsEmpty) Count(dy.Rows, low.A);
            if (!low.BGradient.IsEmpty) Count(dy.Rows, low.B);
        }

        inner.LinearBackward(x, w, dy, dx, dw, options);
    }

    public void LinearCrossEntropy(Tensor x, Tensor w, Tensor targets, Tensor weights, float gradientScale, Tensor logits,
        Tensor loss, Tensor correct, Tensor dx, Tensor dw)
    {
        Count(x.Rows, w);
        if (!dx.IsEmpty) Count(x.Rows, w);
        if (!dw.IsEmpty) Count(x.Rows, w);
        inner.LinearCrossEntropy(x, w, targets, weights, gradientScale, logits, loss, correct, dx, dw);
    }

    public void MergeLowRank(Tensor w, Tensor a, Tensor b, float scale) => inner.MergeLowRank(w, a, b, scale);

    public void RmsNorm(Tensor x, Tensor w, Tensor y, Tensor rstd, float eps, float weightOffset) => inner.RmsNorm(x, w, y, rstd, eps, weightOffset);

    public void RmsNormBackward(Tensor x, Tensor w, Tensor rstd, Tensor dy, Tensor dx, Tensor dw, float weightOffset, bool accumulateInput) =>
        inner.RmsNormBackward(x, w, rstd, dy, dx, dw, weightOffset, accumulateInput);

    public void Rotary(Tensor x, Tensor positions, Tensor cos, Tensor sin, int headSize, bool inverse) => inner.Rotary(x, positions, cos, sin, headSize, inverse);

    public void Attention(Tensor q, Tensor k, Tensor v, Tensor segmentStarts, Tensor output, Tensor logSumExp, in AttentionShape shape) =>
        inner.Attention(q, k, v, segmentStarts, output, logSumExp, shape);

    public void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor segmentStarts, Tensor output, Tensor logSumExp,
        Tensor dOutput, Tensor delta, Tensor dq, Tensor dk, Tensor dv, in AttentionShape shape) =>
        inner.AttentionBackward(q, k, v, segmentStarts, output, logSumExp, dOutput, delta, dq, dk, dv, shape);

    public void CachedAttention(Tensor q, Tensor k, Tensor v, Tensor output, in AttentionShape shape) => inner.CachedAttention(q, k, v, output, shape);

    public void GatedActivation(Tensor gate, Tensor up, Tensor y, Activation activation) => inner.GatedActivation(gate, up, y, activation);

    public void GatedActivationBackward(Tensor gate, Tensor up, Tensor dy, Tensor dgate, Tensor dup, Activation activation) =>
        inner.GatedActivationBackward(gate, up, dy, dgate, dup, activation);

    public void Embedding(Tensor table, Tensor ids, Tensor y, float scale) => inner.Embedding(table, ids, y, scale);

    public void EmbeddingBackward(Tensor dy, Tensor ids, Tensor dtable, float scale) => inner.EmbeddingBackward(dy, ids, dtable, scale);

    public void GatherRows(Tensor x, Tensor rows, Tensor y) => inner.GatherRows(x, rows, y);

    public void ScatterAddRows(Tensor x, Tensor rows, Tensor y) => inner.ScatterAddRows(x, rows, y);

    public void AddScaled(Tensor x, Tensor y, float scale) => inner.AddScaled(x, y, scale);

    public void Fill(Tensor x, float value) => inner.Fill(x, value);

    public void Copy(Tensor x, Tensor y) => inner.Copy(x, y);

    public void FillNormal(Tensor x, float mean, float deviation, ulong seed, ulong stream) => inner.FillNormal(x, mean, deviation, seed, stream);

    public void FillUniform(Tensor x, float low, float high, ulong seed, ulong stream) => inner.FillUniform(x, low, high, seed, stream);

    public double SumOfSquares(Tensor x) => inner.SumOfSquares(x);

    public void AdamW(Tensor p, Tensor g, Tensor m, Tensor v, in AdamWStep step) => inner.AdamW(p, g, m, v, step);

    public void Dispose() => inner.Dispose();

    private void Count(int rows, Tensor matrix) => Count(rows, matrix.Rows, matrix.Columns);

    private void Count(double rows, double outputs, double inputs) => Operations += 2 * rows * outputs * inputs;
}
