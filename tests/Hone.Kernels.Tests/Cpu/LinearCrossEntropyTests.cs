using Hone.Kernels.Cpu;
using Hone.Kernels.Cpu.Gemm;
using Hone.Kernels.Reference;
using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

public sealed class LinearCrossEntropyTests
{
    private const float GradientScale = 0.37f;

    [Theory]
    [InlineData(1, 7, 5, 1, DType.F32)]
    [InlineData(11, 40, 33, 4, DType.BF16)]
    [InlineData(23, 1500, 64, 23, DType.F16)]
    [InlineData(70, 2100, 48, 32, DType.F32)]
    public void Loss_correctness_and_gradients_equal_the_formulas_in_double(int s, int v, int c, int chunk, DType type)
    {
        using var kernels = new CpuKernels(2);
        using var data = new Data(s, v, c, chunk, type);
        data.Run(kernels);
        var (xs, ws, weights) = (data.X.ToDouble(), data.W.ToDouble(), data.Weights.ToDouble());
        var targets = Array.ConvertAll(data.Targets.ToDouble(), target => (int)target);
        var (loss, correct, dx, dw) = (new double[s], new int[s], new double[s * c], data.DwBefore);
        ScalarLinearCrossEntropy.Forward<double>(xs, ws, targets, loss, correct, c, v);
        ScalarLinearCrossEntropy.Backward<double>(xs, ws, targets, weights, GradientScale, dx, dw, c, v);
        for (var i = 0; i < s; i++)
        {
            // A logit is wrong by about 1e-7·√c, exp and the sum by 1e-7 relative.
            Assert.Equal(loss[i], data.Loss[0, i], 2e-6 * (1 + Math.Sqrt(c)));
            Assert.Equal(correct[i], data.Correct[0, i]);
        }

        ProductCheck.AssertClose(dx, data.Dx, v);
        ProductCheck.AssertClose(dw, data.Dw, s);
        data.AssertIntact();
    }

    [Fact]
    public void Gradients_agree_with_finite_differences_of_the_loss()
    {
        using var kernels = new CpuKernels(1);
        using var data = new Data(5, 19, 8, 2, DType.F32);
        data.Run(kernels);
        var dx = data.Dx.ToDouble();
        const double Step = 1.0 / 64;
        for (var j = 0; j < 8; j++)
        {
            var at = data.X[3, j];
            data.X[3, j] = at + Step;
            var above = LossOfRow3();
            data.X[3, j] = at - Step;
            var below = LossOfRow3();
            data.X[3, j] = at;
            var slope = data.Weights[0, 3] * GradientScale * (above - below) / (2 * Step);
            // Truncation step²/6·|f'''| with |f'''| below 1, rounding 2e-7·3/step.
            Assert.Equal(slope, dx[(3 * 8) + j], 1e-4);
        }

        double LossOfRow3()
        {
            data.Run(kernels);
            return data.Loss[0, 3];
        }
    }

    [Fact]
    public void Threads_instruction_sets_and_chunks_do_not_change_loss_or_input_gradient()
    {
        using var expected = new Data(29, 700, 300, 29, DType.BF16);
        using (var kernels = new CpuKernels(1)) expected.Run(kernels);
        foreach (var (threads, set, chunk) in new[] { (2, InstructionSets.Best, 29), (3, InstructionSet.Vector128, 29), (1, InstructionSet.Scalar, 29), (2, InstructionSets.Best, 16) })
        {
            using var actual = new Data(29, 700, 300, chunk, DType.BF16);
            using var kernels = new CpuKernels(threads, set);
            actual.Run(kernels);
            actual.Loss.AssertSameBits(expected.Loss);
            actual.Dx.AssertSameBits(expected.Dx);
            if (chunk == 29) actual.Dw.AssertSameBits(expected.Dw);
        }
    }

    [Fact]
    public void Large_logits_do_not_overflow_and_a_nan_spoils_its_own_row_only()
    {
        using var kernels = new CpuKernels(1);
        using var data = new Data(4, 50, 6, 3, DType.F32);
        for (var j = 0; j < 6; j++) data.X[0, j] = data.X[0, j] * 1e4;
        data.X[2, 0] = double.NaN;
        data.Run(kernels);
        Assert.True(double.IsFinite(data.Loss[0, 0]));
        Assert.True(double.IsFinite(data.Loss[0, 1]));
        Assert.True(double.IsNaN(data.Loss[0, 2]));
        Assert.Equal(0, data.Correct[0, 2]);
        Assert.True(double.IsFinite(data.Loss[0, 3]));
        Assert.True(double.IsNaN(data.Dx[2, 3]));
        Assert.True(double.IsFinite(data.Dx[3, 3]));
    }

    /// <summary>The target's logit is the largest of those that are numbers, whichever the other one hides.</summary>
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_row_with_a_logit_that_is_no_number_is_never_right(double odd)
    {
        const int Vocabulary = 70, Target = 33;
        foreach (var set in Enum.GetValues<InstructionSet>().Where(set => set <= InstructionSets.Best))
        {
            using var kernels = new CpuKernels(1, set);
            for (var other = 0; other < Vocabulary; other++)
            {
                using var data = new Data(1, Vocabulary, 1, 1, DType.F32);
                data.X[0, 0] = 1;
                data.Targets[0, 0] = Target;
                for (var v = 0; v < Vocabulary; v++) data.W[v, 0] = v == Target ? 9 : -v;
                if (other != Target) data.W[other, 0] = odd;
                data.Run(kernels);
                Assert.Equal(other == Target ? 1 : 0, data.Correct[0, 0]);
            }
        }
    }

    [Fact]
    public void Without_gradients_the_loss_is_the_same()
    {
        using var kernels = new CpuKernels(2);
        using var data = new Data(9, 60, 12, 4, DType.F32);
        data.Run(kernels);
        using var loss = new GuardedTensor(DType.F32, 1, 9);
        kernels.LinearCrossEntropy(data.X.View, data.W.View, data.Targets.View, data.Weights.View, 1, data.Logits.View,
            loss.View, data.Correct.View, default, default);
        loss.AssertSameBits(data.Loss);
    }

    [Fact]
    public void A_target_outside_the_vocabulary_is_refused()
    {
        using var kernels = new CpuKernels(1);
        using var data = new Data(4, 50, 6, 3, DType.F32);
        data.Targets[0, 2] = 50;
        Assert.Throws<ArgumentException>(() => data.Run(kernels));
    }

    [Fact]
    public void Calls_allocate_no_managed_memory()
    {
        using var kernels = new CpuKernels(2);
        using var data = new Data(20, 300, 40, 8, DType.F32);
        data.Run(kernels);
        var before = GC.GetAllocatedBytesForCurrentThread();
        data.Run(kernels);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private sealed class Data : IDisposable
    {
        public readonly GuardedTensor X, W, Targets, Weights, Logits, Loss, Correct, Dx, Dw;

        public Data(int s, int v, int c, int chunk, DType type)
        {
            X = new GuardedTensor(DType.F32, s, c).Randomize(1);
            W = new GuardedTensor(type, v, c).Randomize(2);
            Targets = new GuardedTensor(DType.I32, 1, s);
            Weights = new GuardedTensor(DType.F32, 1, s).Randomize(3);
            Logits = new GuardedTensor(DType.F32, chunk, v, 5).Randomize(4);
            Loss = new GuardedTensor(DType.F32, 1, s);
            Correct = new GuardedTensor(DType.I32, 1, s);
            Dx = new GuardedTensor(DType.F32, s, c, 2);
            Dw = new GuardedTensor(DType.F32, v, c).Randomize(5);
            DwBefore = Dw.ToDouble();
            for (var i = 0; i < s; i++) Targets[0, i] = (i * 7919) % v;
        }

        public double[] DwBefore { get; }

        public void Run(CpuKernels kernels) => kernels.LinearCrossEntropy(X.View, W.View, Targets.View, Weights.View,
            GradientScale, Logits.View, Loss.View, Correct.View, Dx.View, Dw.View);

        public void AssertIntact()
        {
            foreach (var tensor in new[] { X, W, Targets, Weights, Logits, Loss, Correct, Dx, Dw }) tensor.AssertIntact();
        }

        public void Dispose()
        {
            foreach (var tensor in new[] { X, W, Targets, Weights, Logits, Loss, Correct, Dx, Dw }) tensor.Dispose();
        }
    }
}
