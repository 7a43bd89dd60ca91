using Hone.Kernels.Cpu;
using Hone.Kernels.Cpu.Gemm;
using Hone.Kernels.Reference;
using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

public sealed class LinearTests
{
    public static TheoryData<int, int, int, DType> Shapes()
    {
        var data = new TheoryData<int, int, int, DType>();
        int[] rows = [1, 2, 3, 5, 7, 8, 9, 13, 14, 15, 28, 29, 40];
        int[] others = [1, 3, 7, 15, 16, 17, 31, 33, 47, 65, 97];
        var i = 0;
        foreach (var t in rows)
        {
            foreach (var n in others)
                data.Add(t, n, others[(i * 7) % others.Length], (DType)(i++ % 3));
        }

        data.Add(17, 300, 700, DType.F32);
        data.Add(130, 515, 1030, DType.BF16);
        data.Add(1100, 67, 259, DType.F16);
        data.Add(4, 515, 1030, DType.BF16);
        data.Add(500, 9, 4500, DType.F32);
        return data;
    }

    public static TheoryData<int> Sets() => [(int)InstructionSet.Scalar, (int)InstructionSet.Vector128, (int)InstructionSet.Vector256, (int)InstructionSet.Vector512];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_plain_product_equals_the_product_in_double(int t, int n, int k, DType type)
    {
        using var kernels = new CpuKernels(2);
        using var x = new GuardedTensor(DType.F32, t, k).Randomize(1);
        using var w = new GuardedTensor(type, n, k, 1).Randomize(2);
        using var y = new GuardedTensor(DType.F32, t, n, 5);
        kernels.Linear(x.View, w.View, y.View, default);
        var expected = new double[t * n];
        ScalarLinear.Forward<double>(x.ToDouble(), w.ToDouble(), [], [], expected, t, k, n);
        ProductCheck.AssertClose(expected, y, k);
        y.AssertIntact();
        x.AssertIntact();
    }

    [Theory]
    [InlineData(1, 17, 33)]
    [InlineData(6, 40, 64)]
    [InlineData(37, 70, 300)]
    public void Bias_and_residual_are_added_once_also_when_the_residual_is_the_output(int t, int n, int k)
    {
        using var kernels = new CpuKernels(2);
        using var x = new GuardedTensor(DType.F32, t, k).Randomize(1);
        using var w = new GuardedTensor(DType.F32, n, k).Randomize(2);
        using var bias = new GuardedTensor(DType.F32, 1, n).Randomize(3);
        using var residual = new GuardedTensor(DType.F32, t, n, 7).Randomize(4);
        using var y = new GuardedTensor(DType.F32, t, n);
        var expected = new double[t * n];

        kernels.Linear(x.View, w.View, y.View, new LinearOptions { Bias = bias.View });
        ScalarLinear.Forward<double>(x.ToDouble(), w.ToDouble(), bias.ToDouble(), [], expected, t, k, n);
        ProductCheck.AssertClose(expected, y, k);

        kernels.Linear(x.View, w.View, y.View, new LinearOptions { Residual = residual.View });
        ScalarLinear.Forward<double>(x.ToDouble(), w.ToDouble(), [], residual.ToDouble(), expected, t, k, n);
        ProductCheck.AssertClose(expected, y, k);

        ScalarLinear.Forward<double>(x.ToDouble(), w.ToDouble(), bias.ToDouble(), residual.ToDouble(), expected, t, k, n);
        kernels.Linear(x.View, w.View, residual.View, new LinearOptions { Bias = bias.View, Residual = residual.View });
        ProductCheck.AssertClose(expected, residual, k);
        residual.AssertIntact();
        y.AssertIntact();
    }

    [Theory]
    [InlineData(1, 17, 33, DType.BF16, false)]
    [InlineData(19, 21, 35, DType.F32, true)]
    [InlineData(67, 130, 300, DType.F16, false)]
    [InlineData(1030, 33, 270, DType.F32, false)]
    public void Backward_equals_the_products_in_double(int t, int n, int k, DType type, bool accumulate)
    {
        using var kernels = new CpuKernels(2);
        using var x = new GuardedTensor(DType.F32, t, k).Randomize(1);
        using var w = new GuardedTensor(type, n, k).Randomize(2);
        using var dy = new GuardedTensor(DType.F32, t, n).Randomize(3);
        using var dx = new GuardedTensor(DType.F32, t, k, 9).Randomize(4);
        using var dw = new GuardedTensor(DType.F32, n, k, 2).Randomize(5);
        using var db = new GuardedTensor(DType.F32, 1, n).Randomize(6);
        var expectedDx = accumulate ? dx.ToDouble() : new double[t * k];
        var (expectedDw, expectedDb) = (accumulate ? dw.ToDouble() : new double[n * k], db.ToDouble());
        ScalarLinear.Backward<double>(x.ToDouble(), w.ToDouble(), dy.ToDouble(), expectedDx, expectedDw, expectedDb, t, k, n);

        var options = new LinearOptions { AccumulateInput = accumulate, OverwriteGradient = !accumulate, BiasGradient = db.View };
        kernels.LinearBackward(x.View, w.View, dy.View, dx.View, dw.View, options);

        ProductCheck.AssertClose(expectedDx, dx, n);
        ProductCheck.AssertClose(expectedDw, dw, t);
        ProductCheck.AssertClose(expectedDb, db, t * 4);
        dx.AssertIntact();
        dw.AssertIntact();
        db.AssertIntact();
    }

    [Theory]
    [InlineData(1, 17, 33, 1, 0f)]
    [InlineData(5, 40, 48, 8, 0.25f)]
    [InlineData(37, 65, 130, 16, 0f)]
    [InlineData(37, 65, 130, 16, 0.1f)]
    [InlineData(20, 300, 280, 260, 0f)]
    [InlineData(1040, 70, 90, 8, 0f)]
    [InlineData(1000, 10, 2100, 4, 0f)]
    public void The_low_rank_part_and_its_gradients_equal_the_formulas_in_double(int t, int n, int k, int rank, float probability)
    {
        using var kernels = new CpuKernels(2);
        using var data = new LowRankData(t, n, k, rank, probability, DType.BF16);
        data.Run(kernels);
        data.AssertAll();
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_instruction_set_and_thread_count_gives_the_same_bits(int set)
    {
        foreach (var (t, n, k, rank) in new[] { (1, 131, 530, 16), (4, 131, 530, 16), (61, 131, 530, 16), (300, 131, 530, 16), (300, 144, 528, 16), (530, 80, 192, 32), (17, 2064, 32, 16) })
        {
            using var expected = new LowRankData(t, n, k, rank, 0.1f, DType.BF16);
            using var actual = new LowRankData(t, n, k, rank, 0.1f, DType.BF16);
            using (var kernels = new CpuKernels(1, InstructionSets.Best)) expected.Run(kernels);
            foreach (var threads in new[] { 1, 2, 5 })
            {
                if ((InstructionSet)set > InstructionSets.Best) continue;
                using var kernels = new CpuKernels(threads, (InstructionSet)set);
                actual.Reset();
                actual.Run(kernels);
                actual.AssertSameBits(expected);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_remainder_of_a_tile_gives_the_same_bits(int set)
    {
        if ((InstructionSet)set > InstructionSets.Best) return;
        using var best = new CpuKernels(1, InstructionSets.Best);
        using var kernels = new CpuKernels(2, (InstructionSet)set);
        for (var t = 9; t <= 28; t++)
        {
            using var expected = new LowRankData(t, 30 + t, 20 + t, 5, 0, DType.F32);
            using var actual = new LowRankData(t, 30 + t, 20 + t, 5, 0, DType.F32);
            expected.Run(best);
            actual.Run(kernels);
            actual.AssertSameBits(expected);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public void Nan_and_infinity_reach_their_own_rows_and_no_others(int t)
    {
        using var kernels = new CpuKernels(2);
        using var x = new GuardedTensor(DType.F32, t, 50).Randomize(1);
        using var w = new GuardedTensor(DType.BF16, 45, 50).Randomize(2);
        using var y = new GuardedTensor(DType.F32, t, 45);
        x[1, 49] = double.NaN;
        x[2, 0] = double.PositiveInfinity;
        kernels.Linear(x.View, w.View, y.View, default);
        for (var i = 0; i < t; i++)
        {
            for (var j = 0; j < 45; j++)
            {
                if (i == 1) Assert.True(double.IsNaN(y[i, j]));
                else if (i == 2) Assert.True(double.IsInfinity(y[i, j]));
                else Assert.True(double.IsFinite(y[i, j]));
            }
        }
    }

    [Fact]
    public void Half_weights_widen_exactly_subnormals_and_infinities_included()
    {
        using var kernels = new CpuKernels(1);
        using var x = new GuardedTensor(DType.F32, 20, 1);
        using var w = new GuardedTensor(DType.F16, 4096, 1, 0);
        using var y = new GuardedTensor(DType.F32, 20, 4096);
        for (var i = 0; i < 20; i++) x[i, 0] = 1;
        for (var i = 0; i < 4096; i++) w[i, 0] = (double)BitConverter.UInt16BitsToHalf((ushort)(i * 16));
        for (var i = 0; i < 64; i++) w[i, 0] = (double)BitConverter.UInt16BitsToHalf((ushort)i);
        kernels.Linear(x.View, w.View, y.View, default);
        for (var j = 0; j < 4096; j++) Assert.Equal(w[j, 0], y[3, j]);
    }

    [Theory]
    [InlineData(DType.F32)]
    [InlineData(DType.BF16)]
    public void Calls_allocate_no_managed_memory(DType type)
    {
        using var kernels = new CpuKernels(2);
        using var data = new LowRankData(40, 70, 90, 8, 0.1f, type);
        using var thin = new LowRankData(2, 70, 90, 8, 0, type);
        data.Run(kernels);
        thin.Run(kernels);
        var before = GC.GetAllocatedBytesForCurrentThread();
        data.Run(kernels);
        thin.Run(kernels);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Wrong_shapes_are_named()
    {
        using var kernels = new CpuKernels(1);
        using var x = new GuardedTensor(DType.F32, 4, 5);
        using var w = new GuardedTensor(DType.F32, 6, 7);
        using var y = new GuardedTensor(DType.F32, 4, 6);
        var e = Assert.Throws<ArgumentException>(() => kernels.Linear(x.View, w.View, y.View, default));
        Assert.Equal("Linear: w must be [6, 5] and is F32[6, 7]", e.Message);
    }

    [Fact]
    public void Merging_adds_the_scaled_product()
    {
        using var kernels = new CpuKernels(2);
        using var w = new GuardedTensor(DType.F32, 37, 50).Randomize(1);
        using var a = new GuardedTensor(DType.F32, 8, 50).Randomize(2);
        using var b = new GuardedTensor(DType.F32, 37, 8).Randomize(3);
        var expected = w.ToDouble();
        ScalarLowRank.Merge(expected, a.ToDouble(), b.ToDouble(), 2.5, 50, 37, 8);
        kernels.MergeLowRank(w.View, a.View, b.View, 2.5f);
        ProductCheck.AssertClose(expected, w, 8, 2.5);
        w.AssertIntact();
    }
}
