using Hone.Kernels.Cpu;
using Hone.Tensors;

namespace Hone.Kernels.Tests;

/// <summary>All operands of a linear layer with a low-rank part, forward and backward.</summary>
internal sealed class LowRankData : IDisposable
{
    private const float Scale = 1.75f;

    private readonly CanaryTensor x, w, a, b, bias, y, u, scratch, dy, dx, dw, da, db, du;
    private readonly Dropout dropout;
    private readonly CanaryTensor[] all;
    private readonly CanaryTensor[] results;

    public LowRankData(int t, int n, int k, int rank, float probability, DType type)
    {
        dropout = new Dropout(probability, 42, CounterRandom.Stream("test", 3));
        x = new CanaryTensor(DType.F32, t, k);
        w = new CanaryTensor(type, n, k, 1);
        a = new CanaryTensor(DType.F32, rank, k, 2);
        b = new CanaryTensor(DType.F32, n, rank, 1);
        bias = new CanaryTensor(DType.F32, 1, n);
        y = new CanaryTensor(DType.F32, t, n, 4);
        u = new CanaryTensor(DType.F32, t, rank, 5);
        scratch = new CanaryTensor(DType.F32, t, k, 0);
        dy = new CanaryTensor(DType.F32, t, n);
        dx = new CanaryTensor(DType.F32, t, k, 1);
        dw = new CanaryTensor(DType.F32, n, k);
        da = new CanaryTensor(DType.F32, rank, k, 6);
        db = new CanaryTensor(DType.F32, n, rank, 7);
        du = new CanaryTensor(DType.F32, t, rank);
        all = [x, w, a, b, bias, y, u, scratch, dy, dx, dw, da, db, du];
        results = [y, u, dx, dw, da, db, du];
        Reset();
    }

    public void Reset()
    {
        for (var i = 0; i < all.Length; i++) all[i].Randomize(i + 10);
    }

    public void Run(CpuKernels kernels)
    {
        var options = new LinearOptions
        {
            Bias = bias.View,
            LowRank = new LowRank
            {
                A = a.View,
                B = b.View,
                Scale = Scale,
                U = u.View,
                UGradient = du.View,
                AGradient = da.View,
                BGradient = db.View,
                Dropout = dropout,
                DropoutScratch = dropout.IsOn ? scratch.View : default,
            },
        };
        kernels.Linear(x.View, w.View, y.View, options);
        kernels.LinearBackward(x.View, w.View, dy.View, dx.View, dw.View, options);
    }

    public void AssertSameBits(LowRankData other)
    {
        for (var i = 0; i < results.Length; i++) results[i].AssertSameBits(other.results[i]);
    }

    /// <summary>Compares with the formulas; gradients of weights were random before, so += is seen.</summary>
    public void AssertAll()
    {
        var (t, n, k, rank) = (x.View.Rows, w.View.Rows, x.View.Columns, a.View.Rows);
        var (xs, ws, dys) = (x.ToDouble(), w.ToDouble(), dy.ToDouble());
        var dropped = LinearTwin.Drop(xs, dropout);
        var expectedU = LinearTwin.Multiply(dropped, LinearTwin.Transpose(a.ToDouble()));
        LinearTwin.AssertClose(expectedU, u, k, 1 / (1 - dropout.Probability));

        var main = LinearTwin.Add(LinearTwin.Multiply(xs, LinearTwin.Transpose(ws)), bias.ToDouble());
        var low = LinearTwin.Multiply(u.ToDouble(), LinearTwin.Transpose(b.ToDouble()), Scale);
        LinearTwin.AssertClose(LinearTwin.Add(main, low), y, k + (rank * k), Scale);

        LinearTwin.AssertClose(LinearTwin.Multiply(dys, b.ToDouble(), Scale), du, n, Scale);
        var lowDx = LinearTwin.Drop(LinearTwin.Multiply(du.ToDouble(), a.ToDouble()), dropout);
        LinearTwin.AssertClose(LinearTwin.Add(LinearTwin.Multiply(dys, ws), lowDx), dx, n + (rank * n), Scale);

        AssertGradient(LinearTwin.Multiply(LinearTwin.Transpose(dys), xs), dw, t, 1, Array.IndexOf(all, dw));
        AssertGradient(LinearTwin.Multiply(LinearTwin.Transpose(du.ToDouble()), dropped), da, t * n, Scale, Array.IndexOf(all, da));
        AssertGradient(LinearTwin.Multiply(LinearTwin.Transpose(dys), u.ToDouble(), Scale), db, t * k, Scale, Array.IndexOf(all, db));
        foreach (var tensor in all) tensor.AssertCanariesLive();
    }

    public void Dispose()
    {
        foreach (var tensor in all) tensor.Dispose();
    }

    private static void AssertGradient(double[,] expected, CanaryTensor actual, int terms, double scale, int index)
    {
        using var before = new CanaryTensor(DType.F32, actual.View.Rows, actual.View.Columns).Randomize(index + 10);
        LinearTwin.AssertClose(LinearTwin.Add(expected, before.ToDouble()), actual, terms, scale);
    }
}
