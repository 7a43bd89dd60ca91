using Hone.Kernels.Reference;
using static Hone.Testing.GradientCheck;

namespace Hone.Kernels.Tests.Reference;

/// <summary>Each backward twin against central differences of its forward twin; the loss is Σ c·output with random c.</summary>
public class GradientTests
{
    [Fact]
    public void The_check_itself_fails_on_a_wrong_gradient()
    {
        double[] x = [0.5, 2];
        Verify("x²", x, [1, 4], () => x[0] * x[0] + x[1] * x[1]);
        Assert.Throws<InvalidOperationException>(() => Verify("x²", x, [1, 4.00001], () => x[0] * x[0] + x[1] * x[1]));
        Assert.Throws<InvalidOperationException>(() => Verify("x²", x, [1, double.NaN], () => x[0] * x[0] + x[1] * x[1]));
    }

    [Fact]
    public void Linear_with_bias()
    {
        const int T = 3, K = 5, N = 4;
        double[] x = Normal(T * K, 1), w = Normal(N * K, 2), bias = Normal(N, 3), residual = Normal(T * N, 4), c = Normal(T * N, 5);
        double[] dx = new double[x.Length], dw = new double[w.Length], dbias = new double[N];
        ScalarLinear.Backward<double>(x, w, c, dx, dw, dbias, T, K, N);
        var loss = () =>
        {
            var y = new double[T * N];
            ScalarLinear.Forward<double>(x, w, bias, residual, y, T, K, N);
            return Dot(y, c);
        };
        Verify("x", x, dx, loss);
        Verify("w", w, dw, loss);
        Verify("bias", bias, dbias, loss);
        Verify("residual", residual, c, loss);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.3f)]
    public void Low_rank_with_and_without_dropout(float probability)
    {
        const int T = 4, K = 6, N = 5, R = 2;
        const double scale = 1.7;
        var dropout = new Dropout(probability, 9, 8);
        double[] x = Normal(T * K, 1), a = Normal(R * K, 2), b = Normal(N * R, 3), c = Normal(T * N, 4);
        double[] dx = new double[x.Length], da = new double[a.Length], db = new double[b.Length], u = new double[T * R];
        var loss = () =>
        {
            var y = new double[T * N];
            ScalarLowRank.Forward<double>(x, a, b, scale, dropout, u, y, T, K, N, R);
            return Dot(y, c);
        };
        loss();
        ScalarLowRank.Backward<double>(x, a, b, scale, dropout, u, c, dx, da, db, T, K, N, R);
        Verify("x", x, dx, loss);
        Verify("a", a, da, loss);
        Verify("b", b, db, loss);
    }

    [Theory]
    [InlineData(1, 7, 0)]
    [InlineData(3, 8, 0)]
    [InlineData(2, 5, 1)]
    public void Root_mean_square_norm_with_groups_and_offset(int groups, int size, double offset)
    {
        const int T = 3;
        var n = T * groups;
        double[] x = Normal(n * size, 1), w = Normal(size, 2), c = Normal(n * size, 3), rstd = new double[n];
        double[] dx = Normal(n * size, 4), dw = Normal(size, 5);
        double[] dxBefore = [.. dx], dwBefore = [.. dw];
        var loss = () =>
        {
            var y = new double[n * size];
            ScalarRmsNorm.Forward<double>(x, w, y, rstd, 1e-3, offset, n, size);
            return Dot(y, c);
        };
        loss();
        ScalarRmsNorm.Backward<double>(x, w, rstd, c, dx, dw, offset, true, n, size);
        Verify("x", x, [.. dx.Zip(dxBefore, (after, before) => after - before)], loss);
        Verify("w", w, [.. dw.Zip(dwBefore, (after, before) => after - before)], loss);
        ScalarRmsNorm.Backward<double>(x, w, rstd, c, dx, [], offset, false, n, size);
        Verify("x, overwritten", x, dx, loss);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(2)]
    public void Rotary_turned_back_is_the_gradient(int half)
    {
        const int T = 4, H = 2, D = 6;
        int[] positions = [0, 5, 1, 6];
        double[] cos = new double[7 * half], sin = new double[7 * half], x = Normal(T * H * D, 1), c = Normal(T * H * D, 2);
        for (var i = 0; i < cos.Length; i++) (sin[i], cos[i]) = Math.SinCos(i / half * Math.Pow(10, -(double)(i % half) / half));
        double[] dx = [.. c];
        ScalarRotary.Turn<double>(dx, positions, cos, sin, H, D, half, inverse: true);
        Verify("x", x, dx, () =>
        {
            double[] y = [.. x];
            ScalarRotary.Turn<double>(y, positions, cos, sin, H, D, half, inverse: false);
            return Dot(y, c);
        });
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(4, 2, 0)]
    [InlineData(4, 1, 3)]
    [InlineData(3, 3, 1)]
    public void Attention_with_grouped_queries_segments_and_a_window(int heads, int keyValueHeads, int window)
    {
        const int D = 4;
        int[] starts = [0, 5, 6, 11];
        var shape = new AttentionShape(heads, keyValueHeads, D, 0.6f, window);
        double[] q = Normal(11 * heads * D, 1), k = Normal(11 * keyValueHeads * D, 2), v = Normal(11 * keyValueHeads * D, 3);
        double[] c = Normal(q.Length, 4), output = new double[q.Length], sums = new double[11 * heads];
        double[] dq = Normal(q.Length, 5), dk = Normal(k.Length, 6), dv = Normal(v.Length, 7);
        var loss = () =>
        {
            ScalarAttention.Forward<double>(q, k, v, starts, output, sums, shape);
            return Dot(output, c);
        };
        loss();
        ScalarAttention.Backward<double>(q, k, v, starts, output, sums, c, new double[sums.Length], dq, dk, dv, shape);
        Verify("q", q, dq, loss);
        Verify("k", k, dk, loss);
        Verify("v", v, dv, loss);
    }

    [Theory]
    [InlineData(Activation.Silu)]
    [InlineData(Activation.GeluTanh)]
    public void Gated_activation(Activation activation)
    {
        double[] gate = [.. Normal(20, 1, 3), 0, -30, 30], up = Normal(23, 2), c = Normal(23, 3), dgate = new double[23], dup = new double[23];
        ScalarGatedActivation.Backward<double>(gate, up, c, dgate, dup, activation);
        var loss = () =>
        {
            var y = new double[23];
            ScalarGatedActivation.Forward<double>(gate, up, y, activation);
            return Dot(y, c);
        };
        Verify("gate", gate, dgate, loss);
        Verify("up", up, dup, loss);
    }

    [Fact]
    public void Embedding_with_repeated_tokens()
    {
        int[] ids = [2, 0, 2, 2, 4];
        double[] table = Normal(5 * 3, 1), c = Normal(5 * 3, 2), dtable = new double[15];
        ScalarEmbedding.Backward<double>(c, ids, dtable, 1.5, 3);
        Verify("table", table, dtable, () =>
        {
            var y = new double[15];
            ScalarEmbedding.Forward<double>(table, ids, y, 1.5, 3);
            return Dot(y, c);
        });
    }

    [Fact]
    public void Weighted_cross_entropy()
    {
        const int S = 4, C = 5, V = 7;
        int[] targets = [3, 0, 6, 3], correct = new int[S];
        double[] x = Normal(S * C, 1), w = Normal(V * C, 2), weights = [1, 0, 0.5, -2], dx = new double[S * C], dw = new double[V * C];
        ScalarLinearCrossEntropy.Backward<double>(x, w, targets, weights, 0.25, dx, dw, C, V);
        var loss = () =>
        {
            var losses = new double[S];
            ScalarLinearCrossEntropy.Forward<double>(x, w, targets, losses, correct, C, V);
            return 0.25 * Dot(losses, weights);
        };
        Verify("x", x, dx, loss);
        Verify("w", w, dw, loss);
    }

    [Fact]
    public void Chosen_rows()
    {
        int[] rows = [4, 1, 2];
        double[] x = Normal(5 * 2, 1), c = Normal(3 * 2, 2), dx = new double[10];
        ScalarRows.ScatterAdd<double>(c, rows, dx, 2);
        Verify("x", x, dx, () =>
        {
            var y = new double[6];
            ScalarRows.Gather<double>(x, rows, y, 2);
            return Dot(y, c);
        });
    }
}
