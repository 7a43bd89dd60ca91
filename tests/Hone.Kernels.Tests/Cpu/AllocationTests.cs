using Hone.Kernels.Cpu;
using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

public class AllocationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void No_op_allocates_managed_memory_after_its_first_call(int threads)
    {
        using var arena = new Arena("test");
        using var cpu = new CpuKernels(threads);
        const int T = 70, D = 16;
        Tensor a = arena.Allocate(T, 2 * D), b = arena.Allocate(T, D), c = arena.Allocate(T, D), output = arena.Allocate(T, 2 * D);
        Tensor sums = arena.Allocate(T, 2), delta = arena.Allocate(T, 2), dq = arena.Allocate(T, 2 * D), dk = arena.Allocate(T, D);
        Tensor dv = arena.Allocate(T, D), w = arena.Allocate(1, D), dw = arena.Allocate(1, D), rows = arena.Allocate(DType.I32, 1, T);
        Tensor starts = arena.Allocate(DType.I32, 1, 3), angles = arena.Allocate(T, D / 2), strided = a.SliceColumns(1, 7);
        new[] { 0, 20, T }.CopyTo(starts.AsSpan<int>());
        for (var i = 0; i < T; i++) rows.AsSpan<int>()[i] = i;
        var shape = new AttentionShape(2, 1, D, 0.25f);
        var step = new AdamWStep
        {
            LearningRate = 1,
            Beta1 = 0.9f,
            Beta2 = 0.99f,
            Epsilon = 1e-8f,
            WeightDecay = 0,
            Step = 1,
            GradientScale = 1,
            ClearGradient = true,
        };
        void Everything()
        {
            cpu.FillNormal(a, 0, 1, 1, 1);
            cpu.FillUniform(b, 0, 1, 1, 1);
            cpu.Fill(w, 1);
            cpu.AddScaled(b, c, 1);
            cpu.RmsNorm(a, w, output, sums, 1e-5f, 0);
            cpu.RmsNormBackward(a, w, sums, output, dq, dw, 0, true);
            cpu.Rotary(a, rows, angles, angles, D, false);
            cpu.Attention(a, b, c, starts, output, sums, shape);
            cpu.AttentionBackward(a, b, c, starts, output, sums, output, delta, dq, dk, dv, shape);
            cpu.CachedAttention(a.SliceRows(0, 2), b, c, output.SliceRows(0, 2), shape);
            cpu.CachedAttention(a, b, c, output, shape);
            cpu.GatedActivation(b, c, dk, Activation.Silu);
            cpu.GatedActivationBackward(b, c, dk, dv, c, Activation.GeluTanh);
            cpu.Embedding(b, rows, c, 1);
            cpu.EmbeddingBackward(b, rows, c, 1);
            cpu.GatherRows(b, rows, c);
            cpu.ScatterAddRows(b, rows, c);
            cpu.AdamW(b, c, dk, dv, step);
            cpu.SumOfSquares(b);
            cpu.SumOfSquares(strided);
        }

        Everything();
        Everything();
        var native = cpu.OpScratchBytes;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 3; i++) Everything();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(native, cpu.OpScratchBytes);
        Assert.InRange(native, 1, CpuKernels.AttentionScratchBytes(shape, threads) + (1 << 20));
    }
}
