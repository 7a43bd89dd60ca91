using Hone.Kernels.Cpu;
using Hone.Kernels.Reference;
using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

/// <summary>All operands of a linear layer with a low-rank part, forward and backward.</summary>
internal sealed class LowRankData : IDisposable
{
    private const float Scale = 1.75f;

    private readonly GuardedTensor x, w, a, b, bias, y, u, scratch, dy, dx, dw, da, db, du;
    private readonly Dropout dropout;
    private readonly GuardedTensor[] all;
    private readonly GuardedTensor[] results;

    public LowRankData(int t, int n, int k, int rank, float probability, DType type)
    {
        dropout = new Dropout(probability, 42, CounterRandom.Stream("test", 3));
        x = new GuardedTensor(DType.F32, t, k);
        w = new GuardedTensor(type, n, k, 1);
        a = new GuardedTensor(DType.F32, rank, k, 2);
        b = new GuardedTensor(DType.F32, n, rank, 1);
        bias = new GuardedTensor(DType.F32, 1, n);
        y = new GuardedTensor(DType.F32, t, n, 4);
        u = new GuardedTensor(DType.F32, t, rank, 5);
        scratch = new GuardedTensor(DType.F32, t, k, 0);
        dy = new GuardedTensor(DType.F32, t, n);
        dx = new GuardedTensor(DType.F32, t, k, 1);
        dw = new GuardedTensor(DType.F32, n, k);
        da = new GuardedTensor(DType.F32, rank, k, 6);
        db = new GuardedTensor(DType.F32, n, rank, 7);
        du = new GuardedTensor(DType.F32, t, rank);
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
        var (xs, ws, aa, bs, dys) = (x.ToDouble(), w.ToDouble(), a.ToDouble(), b.ToDouble(), dy.ToDouble());
        var (expectedY, expectedU) = (new double[t * n], new double[t * rank]);
        ScalarLinear.Forward<double>(xs, ws, bias.ToDouble(), [], expectedY, t, k, n);
        ScalarLowRank.Forward<double>(xs, aa, bs, Scale, dropout, expectedU, expectedY, t, k, n, rank);
        ProductCheck.AssertClose(expectedU, u, k, 1 / (1 - dropout.Probability));
        ProductCheck.AssertClose(expectedY, y, k + (rank * k), Scale);

        var (expectedDx, expectedDu) = (new double[t * k], new double[t * rank]);
        var (expectedDw, expectedDa, expectedDb) = (Before(dw), Before(da), Before(db));
        ScalarLinear.Backward<double>(xs, ws, dys, expectedDx, expectedDw, [], t, k, n);
        ScalarLowRank.Backward<double>(xs, aa, bs, Scale, dropout, expectedU, dys, expectedDx, expectedDa, expectedDb, t, k, n, rank);
        ScalarLinear.Backward<double>([], bs, dys, expectedDu, [], [], t, rank, n);
        ProductCheck.AssertClose(Array.ConvertAll(expectedDu, value => Scale * value), du, n, Scale);
        ProductCheck.AssertClose(expectedDx, dx, n + (rank * n), Scale);
        ProductCheck.AssertClose(expectedDw, dw, t);
        ProductCheck.AssertClose(expectedDa, da, t * n, Scale);
        ProductCheck.AssertClose(expectedDb, db, t * k, Scale);
        foreach (var tensor in all) tensor.AssertIntact();
    }

    public void Dispose()
    {
        foreach (var tensor in all) tensor.Dispose();
    }

    /// <summary>What <see cref="Reset"/> put there.</summary>
    private double[] Before(GuardedTensor gradient)
    {
        using var before = new GuardedTensor(DType.F32, gradient.View.Rows, gradient.View.Columns);
        return before.Randomize(Array.IndexOf(all, gradient) + 10).ToDouble();
    }
}
