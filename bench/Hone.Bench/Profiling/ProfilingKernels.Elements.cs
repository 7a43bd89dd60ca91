using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Bench.Profiling;

/// <content>Ops whose limit is memory.</content>
internal sealed partial class ProfilingKernels
{
    public void RmsNorm(Tensor x, Tensor w, Tensor y, Tensor rstd, float eps, float weightOffset)
    {
        var start = clock.Now;
        inner.RmsNorm(x, w, y, rstd, eps, weightOffset);
        AddBytes("RmsNorm", start, 2 * x.ByteCount);
    }

    public void RmsNormBackward(Tensor x, Tensor w, Tensor rstd, Tensor dy, Tensor dx, Tensor dw, float weightOffset, bool accumulateInput)
    {
        var start = clock.Now;
        inner.RmsNormBackward(x, w, rstd, dy, dx, dw, weightOffset, accumulateInput);
        AddBytes("RmsNormBackward", start, (accumulateInput ? 4 : 3) * x.ByteCount);
    }

    public void Rotary(Tensor x, Tensor positions, Tensor cos, Tensor sin, int headSize, bool inverse)
    {
        var start = clock.Now;
        inner.Rotary(x, positions, cos, sin, headSize, inverse);
        AddBytes("Rotary", start, 2 * x.ByteCount);
    }

    public void GatedActivation(Tensor gate, Tensor up, Tensor y, Activation activation)
    {
        var start = clock.Now;
        inner.GatedActivation(gate, up, y, activation);
        AddBytes("GatedActivation", start, 3 * y.ByteCount);
    }

    public void GatedActivationBackward(Tensor gate, Tensor up, Tensor dy, Tensor dgate, Tensor dup, Activation activation)
    {
        var start = clock.Now;
        inner.GatedActivationBackward(gate, up, dy, dgate, dup, activation);
        AddBytes("GatedActivationBackward", start, 5 * dy.ByteCount);
    }

    public void Embedding(Tensor table, Tensor ids, Tensor y, float scale)
    {
        var start = clock.Now;
        inner.Embedding(table, ids, y, scale);
        AddBytes("Embedding", start, 2 * y.ByteCount);
    }

    public void EmbeddingBackward(Tensor dy, Tensor ids, Tensor dtable, float scale)
    {
        var start = clock.Now;
        inner.EmbeddingBackward(dy, ids, dtable, scale);
        AddBytes("EmbeddingBackward", start, 3 * dy.ByteCount);
    }

    public void GatherRows(Tensor x, Tensor rows, Tensor y)
    {
        var start = clock.Now;
        inner.GatherRows(x, rows, y);
        AddBytes("GatherRows", start, 2 * y.ByteCount);
    }

    public void ScatterAddRows(Tensor x, Tensor rows, Tensor y)
    {
        var start = clock.Now;
        inner.ScatterAddRows(x, rows, y);
        AddBytes("ScatterAddRows", start, 3 * x.ByteCount);
    }

    public void AddScaled(Tensor x, Tensor y, float scale)
    {
        var start = clock.Now;
        inner.AddScaled(x, y, scale);
        AddBytes("AddScaled", start, 3 * x.ByteCount);
    }

    public void Fill(Tensor x, float value)
    {
        var start = clock.Now;
        inner.Fill(x, value);
        AddBytes("Fill", start, x.ByteCount);
    }

    public void Copy(Tensor x, Tensor y)
    {
        var start = clock.Now;
        inner.Copy(x, y);
        AddBytes("Copy", start, x.ByteCount + y.ByteCount);
    }

    public void FillNormal(Tensor x, float mean, float deviation, ulong seed, ulong stream)
    {
        var start = clock.Now;
        inner.FillNormal(x, mean, deviation, seed, stream);
        AddBytes("FillNormal", start, x.ByteCount);
    }

    public void FillUniform(Tensor x, float low, float high, ulong seed, ulong stream)
    {
        var start = clock.Now;
        inner.FillUniform(x, low, high, seed, stream);
        AddBytes("FillUniform", start, x.ByteCount);
    }

    public double SumOfSquares(Tensor x)
    {
        var start = clock.Now;
        var sum = inner.SumOfSquares(x);
        AddBytes("SumOfSquares", start, x.ByteCount);
        return sum;
    }

    public void AdamW(Tensor p, Tensor g, Tensor m, Tensor v, in AdamWStep step)
    {
        var start = clock.Now;
        inner.AdamW(p, g, m, v, step);
        AddBytes("AdamW", start, (step.ClearGradient ? 8 : 7) * p.ByteCount);
    }

    private void AddBytes(string op, double start, long bytes) => Add(new OpKey(op), start, new OpCost(0, bytes));
}
