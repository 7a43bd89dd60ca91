using Hone.Kernels.Cpu;
using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

/// <summary>
/// Tolerances, for normal q, k, v, dOut and scale 1/√D: a score is off by (D/2 + 2)·u·√D·scale ≈ √D·u·(√D/2) in the worst case
/// and by about √D·u in fact; p by that times itself plus 2e-7; an output is a mean of values with weights p, so off by
/// (√D·u + 3e-7)·max|v|: with D ≤ 256 and |v| ≤ 5, 6e-6. Gradients multiply two such quantities of size up to about 4·√D and
/// sum over up to T queries, whose probabilities for one key add up to a few units: 1e-4 absolute at gradients of size 10.
/// </summary>
public class AttentionTests
{
    public static TheoryData<int[], int, int, int, int> Cases() => new()
    {
        { [0, 1], 1, 1, 4, 0 },
        { [0, 7], 2, 1, 8, 0 },
        { [0, 5, 5, 6, 23], 4, 2, 24, 0 },
        { [0, 64], 1, 1, 64, 0 },
        { [0, 65, 129], 2, 2, 12, 0 },
        { [0, 300], 3, 1, 16, 0 },
        { [0, 130, 333], 2, 1, 64, 0 },
        { [0, 200], 2, 2, 128, 0 },
        { [0, 70], 1, 1, 256, 0 },
        { [0, 33], 1, 1, 5, 0 },
        { [0, 300], 2, 1, 8, 1 },
        { [0, 300, 310], 2, 1, 8, 10 },
        { [0, 300], 2, 1, 16, 64 },
        { [0, 400], 2, 1, 8, 65 },
        { [0, 400], 1, 1, 8, 200 },
        { [0, 100], 1, 1, 8, 1000 },
        { [0, 0], 2, 1, 8, 0 },
        { [0, 3, 70, 71, 75, 140, 141, 150, 150, 152, 290, 300], 2, 1, 8, 0 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward(int[] starts, int heads, int keyValueHeads, int size, int window)
    {
        var shape = new AttentionShape(heads, keyValueHeads, size, 1 / MathF.Sqrt(size), window);
        var rows = starts[^1];
        OpCheck.Run((k, t) => k.Attention(t[0], t[1], t[2], t[3], t[4], t[5], shape),
            Operand.Normal(rows, heads * size, 1), Operand.Normal(rows, keyValueHeads * size, 2), Operand.Normal(rows, keyValueHeads * size, 3),
            Operand.Integers(starts), Operand.Output(rows, heads * size, 1e-6, 6e-6), Operand.Output(rows, heads, 1e-6, 6e-6));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward(int[] starts, int heads, int keyValueHeads, int size, int window)
    {
        var shape = new AttentionShape(heads, keyValueHeads, size, 1 / MathF.Sqrt(size), window);
        var rows = starts[^1];
        OpCheck.Run((k, t) =>
            {
                k.Attention(t[0], t[1], t[2], t[3], t[4], t[5], shape);
                k.AttentionBackward(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[10], shape);
            },
            Operand.Normal(rows, heads * size, 1), Operand.Normal(rows, keyValueHeads * size, 2), Operand.Normal(rows, keyValueHeads * size, 3),
            Operand.Integers(starts), Operand.Output(rows, heads * size, 1e-6, 6e-6), Operand.Output(rows, heads, 1e-6, 6e-6),
            Operand.Normal(rows, heads * size, 4), Operand.Output(rows, heads, 1e-5, 1e-4), Operand.Output(rows, heads * size, 1e-5, 1e-4),
            Operand.Output(rows, keyValueHeads * size, 1e-5, 1e-4), Operand.Output(rows, keyValueHeads * size, 1e-5, 1e-4));
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 4, 0)]
    [InlineData(1, 200, 4, 2, 64, 0)]
    [InlineData(3, 65, 2, 1, 12, 0)]
    [InlineData(2, 150, 2, 1, 8, 70)]
    [InlineData(15, 15, 1, 1, 24, 0)]
    [InlineData(16, 16, 2, 1, 8, 0)]
    [InlineData(40, 300, 2, 1, 8, 0)]
    [InlineData(150, 200, 2, 1, 8, 33)]
    public void Cached(int queries, int keys, int heads, int keyValueHeads, int size, int window)
    {
        var shape = new AttentionShape(heads, keyValueHeads, size, 1 / MathF.Sqrt(size), window);
        OpCheck.Run((k, t) => k.CachedAttention(t[0], t[1], t[2], t[3], shape),
            Operand.Normal(queries, heads * size, 1), Operand.Normal(keys, keyValueHeads * size, 2),
            Operand.Normal(keys, keyValueHeads * size, 3), Operand.Output(queries, heads * size, 1e-6, 6e-6));
    }

    /// <summary>Scores of several thousands: exp(score) overflows, softmax doesn't. The scores themselves are off by 1e-3 or so.</summary>
    [Fact]
    public void Large_scores_do_not_overflow()
    {
        var shape = new AttentionShape(1, 1, 16, 1);
        OpCheck.Run((k, t) => k.Attention(t[0], t[1], t[2], t[3], t[4], t[5], shape),
            Operand.Normal(90, 16, 1, 30), Operand.Normal(90, 16, 2, 30), Operand.Normal(90, 16, 3), Operand.Integers(0, 90),
            Operand.Output(90, 16, 1e-3, 5e-3), Operand.Output(90, 1, 1e-5, 0));
    }

    [Fact]
    public unsafe void Other_segments_have_no_influence_even_when_they_are_broken()
    {
        using var arena = new Arena("test");
        using var cpu = new CpuKernels(2);
        var shape = new AttentionShape(2, 1, 8, 0.35f);
        Tensor q = arena.Allocate(150, 16), k = arena.Allocate(150, 8), v = arena.Allocate(150, 8), starts = arena.Allocate(DType.I32, 1, 4);
        cpu.FillNormal(q, 0, 1, 1, 1);
        cpu.FillNormal(k, 0, 1, 1, 2);
        cpu.FillNormal(v, 0, 1, 1, 3);
        new[] { 0, 40, 75, 150 }.CopyTo(starts.AsSpan<int>());
        Tensor output = arena.Allocate(150, 16), sums = arena.Allocate(150, 2), broken = arena.Allocate(150, 16);
        cpu.Attention(q, k, v, starts, output, sums, shape);
        foreach (var tensor in new[] { q, k, v }) tensor.SliceRows(40, 35).AsSpan<float>().Fill(float.NaN);
        cpu.Attention(q, k, v, starts, broken, sums, shape);
        Assert.Equal(output.SliceRows(0, 40).AsSpan<float>(), broken.SliceRows(0, 40).AsSpan<float>());
        Assert.Equal(output.SliceRows(75, 75).AsSpan<float>(), broken.SliceRows(75, 75).AsSpan<float>());
        Assert.All(broken.SliceRows(40, 35).AsSpan<float>().ToArray(), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Segments_with_a_hole_are_refused()
    {
        using var cpu = new CpuKernels(1);
        var shape = new AttentionShape(1, 1, 8, 0.35f);
        using var memory = new GuardedTensors([Operand.Normal(9, 8, 1), Operand.Integers(0, 8), Operand.Integers(0, 6, 5, 9),
            Operand.Output(9, 1, 0, 0)], 0, true);
        var x = memory[0];
        Assert.Throws<ArgumentException>(() => cpu.Attention(x, x, x, memory[1], x, memory[3], shape));
        Assert.Throws<ArgumentException>(() => cpu.Attention(x, x, x, memory[2], x, memory[3], shape));
    }
}
