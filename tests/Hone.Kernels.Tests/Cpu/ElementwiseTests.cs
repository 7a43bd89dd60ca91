using Hone.Kernels.Cpu;
using Hone.Tensors;
using Hone.Testing;

namespace Hone.Kernels.Tests.Cpu;

public class ElementwiseTests
{
    public static TheoryData<int, int> Shapes() => RowOpsTests.Shapes();

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Add_scaled_and_fill(int rows, int columns)
    {
        // One fused multiply-add, rounded once, as the reference is.
        OpCheck.Run((k, t) => k.AddScaled(t[0], t[1], -0.3f), Operand.Normal(rows, columns, 1), Operand.Normal(rows, columns, 2));
        OpCheck.Run((k, t) => k.Fill(t[0], -0f), Operand.Output(rows, columns, 0, 0));
    }

    /// <summary>The reference uses the same generator and formula: not a bit may differ.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Random_numbers_are_counted_in_row_order(int rows, int columns)
    {
        OpCheck.Run((k, t) => k.FillNormal(t[0], 0.5f, 2, 7, 9), Operand.Output(rows, columns, 0, 0));
        OpCheck.Run((k, t) => k.FillUniform(t[0], -1, 3, 7, 9), Operand.Output(rows, columns, 0, 0));
    }

    [Fact]
    public void Uniform_numbers_never_reach_the_upper_end()
    {
        // In [1, 1 + ulp] half of all numbers would round up to the end.
        using var arena = new Arena("test");
        using var cpu = new CpuKernels(1);
        var x = arena.Allocate(1, 100);
        cpu.FillUniform(x, 1, MathF.BitIncrement(1), 1, 1);
        foreach (var value in x.AsSpan<float>()) Assert.Equal(1f, value);
    }

    /// <summary>
    /// σ: exp within 2e-7, a sum and a quotient: 4 roundings more at most; y and dup two products more: 6e-7 in all. dgate adds
    /// terms of both signs, |slope| ≤ 1.13, so its error is absolute: 1e-6·|dy·up|, which is at most 20 here. For GELU the
    /// argument 2z (up to 10·|x|) is 3 roundings off, which σ turns into |2z|·σ·(1 − σ)·3u, under 0.3·3u; where σ is small
    /// the relative error is |2z|·3u: with |2z| ≤ 90 that is 1.7e-5 of a value below e⁻⁹⁰, and covered by the absolute part.
    /// </summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gated_activation(int rows, int columns)
    {
        foreach (var activation in new[] { Activation.Silu, Activation.GeluTanh })
        {
            OpCheck.Run((k, t) => k.GatedActivation(t[0], t[1], t[2], activation),
                Operand.Normal(rows, columns, 1, 2), Operand.Normal(rows, columns, 2), Operand.Output(rows, columns, 6e-7, 1e-6));
            OpCheck.Run((k, t) => k.GatedActivationBackward(t[0], t[1], t[2], t[3], t[4], activation),
                Operand.Normal(rows, columns, 1, 2), Operand.Normal(rows, columns, 2), Operand.Normal(rows, columns, 3),
                Operand.Output(rows, columns, 1e-6, 2e-5), Operand.Output(rows, columns, 6e-7, 1e-6));
            OpCheck.Run((k, t) => k.GatedActivationBackward(t[0], t[1], t[2], t[0], t[1], activation),
                Operand.Normal(rows, columns, 1, 2) with { Relative = 1e-6, Absolute = 2e-5 },
                Operand.Normal(rows, columns, 2) with { Relative = 6e-7, Absolute = 1e-6 }, Operand.Normal(rows, columns, 3));
        }
    }

    [Fact]
    public void Gated_activation_at_the_edges()
    {
        // Far out, silu is x or −0 and its slope 1 or 0; NaN stays NaN.
        float[] gate = [-1000, -100, -0f, 0, 100, 1000, 1e30f, float.PositiveInfinity, float.NaN];
        var up = Operand.Of(1, 9, [.. Enumerable.Repeat(1f, 9)]);
        OpCheck.Run((k, t) => k.GatedActivation(t[0], t[1], t[2], Activation.Silu),
            Operand.Of(1, 9, gate), up, Operand.Output(1, 9, 1e-6, 1e-38));
        OpCheck.Run((k, t) => k.GatedActivation(t[0], t[1], t[2], Activation.GeluTanh),
            Operand.Of(1, 9, gate), up, Operand.Output(1, 9, 1e-6, 1e-38));
    }

    /// <summary>In double the error is below count·2⁻⁵³ of the sum; the reference sums in double too.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, 17)]
    [InlineData(3, 31)]
    [InlineData(1, 4096)]
    [InlineData(5, 4097)]
    [InlineData(3, 50001)]
    public void Sum_of_squares(int rows, int columns)
    {
        var operand = Operand.Normal(rows, columns, 1);
        double expected = 0, first = -1;
        foreach (var bits in operand.Bits) expected += Math.Pow(BitConverter.UInt32BitsToSingle(bits), 2);
        foreach (var (threads, gap) in new[] { (1, 0), (2, 3), (3, 8) })
        {
            using var cpu = new CpuKernels(threads);
            using var memory = new GuardedTensors([operand], gap, true);
            var sum = cpu.SumOfSquares(memory[0]);
            if (threads == 1) first = sum;
            Assert.Equal(first, sum);
            Assert.Equal(expected, sum, (rows * columns + 1) * 1.2e-16 * (expected + 1));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Sum_of_squares_shows_what_is_not_finite(float value)
    {
        using var arena = new Arena("test");
        using var cpu = new CpuKernels(2);
        var x = arena.Allocate(1, 10000);
        x.AsSpan<float>()[9999] = value;
        Assert.False(double.IsFinite(cpu.SumOfSquares(x)));
        cpu.Fill(x, 1e30f);
        Assert.Equal(1e64, cpu.SumOfSquares(x), 1e58);
    }

    [Fact]
    public void Clipping_by_the_norm_agrees_with_torch()
    {
        var golden = new GoldenTensors("golden/models/optimizers/grad_clip.safetensors");
        double[] maximum = [1, 1, 0.5, 1e9];
        using var arena = new Arena("test");
        using var cpu = new CpuKernels(2);
        for (var c = 0; c < 4; c++)
        {
            var gradients = Enumerable.Range(0, 3).Select(i => golden.Floats($"case{c}.in.{i}")).Select(values =>
            {
                var tensor = arena.Allocate(1, values.Length);
                values.CopyTo(tensor.AsSpan<float>());
                return tensor;
            }).ToArray();
            var norm = Math.Sqrt(gradients.Sum(cpu.SumOfSquares));
            var scale = Math.Min(1, maximum[c] / (norm + 1e-6));
            for (var i = 0; i < 3; i++)
            {
                // torch sums in F32: the norm of 39 numbers is off by 20·u at most.
                foreach (var (before, after) in gradients[i].AsSpan<float>().ToArray().Zip(golden.Floats($"case{c}.out.{i}")))
                    Assert.Equal(after, before * scale, 1.2e-6 * Math.Abs(after));
            }
        }
    }
}
