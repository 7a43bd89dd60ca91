using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

/// <summary>Every length around the vectors, and a few large ones. u = 2⁻²⁴ = 6e-8 is half a unit of the last place.</summary>
public class RowOpsTests
{
    public static TheoryData<int, int> Shapes()
    {
        var data = new TheoryData<int, int> { { 0, 5 }, { 200, 64 }, { 3, 1000 }, { 2, 40000 } };
        for (var columns = 1; columns <= 33; columns++) data.Add(3, columns);
        return data;
    }

    /// <summary>
    /// y: the sum of squares is off by (n/16 + 5)·u of itself (all terms positive), its root halves that, four more roundings:
    /// (n/32 + 7)·u. rstd likewise.
    /// </summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Root_mean_square_norm(int rows, int columns)
    {
        var tolerance = (columns / 32 + 7) * 6e-8;
        OpCheck.Run((k, t) => k.RmsNorm(t[0], t[1], t[2], t[3], 1e-5f, 1),
            Operand.Normal(rows, 2 * columns, 1), Operand.Normal(1, columns, 2), Operand.Output(rows, 2 * columns, tolerance, 1e-30),
            Operand.Output(rows, 2, tolerance, 0));
    }

    /// <summary>
    /// dx = rstd·(h − x̂·mean(h·x̂)): each term is off by a few u of itself, the mean by (n/16 + 8)·u·mean|h·x̂|; with |dy|, |w|
    /// up to about 4 and 5 and |x̂| up to 4, |h| ≤ 20 and mean|h·x̂| ≤ 8 or so: 60 + 32·(n/16 + 8) units, times rstd, which is at
    /// most 1/√0.05 for the rows here (eps). dw sums rows·2 products of size 16.
    /// </summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Root_mean_square_norm_backward(int rows, int columns)
    {
        var absolute = (60 + 32 * (columns / 16 + 8)) * 6e-8 * 4.5;
        foreach (var accumulate in new[] { false, true })
        {
            OpCheck.Run((k, t) => k.RmsNormBackward(t[0], t[1], t[2], t[3], t[4], t[5], 0.5f, accumulate),
                Operand.Normal(rows, 2 * columns, 1), Operand.Normal(1, columns, 2), Rstd(rows, 2 * columns, 1, columns),
                Operand.Normal(rows, 2 * columns, 4), Operand.Normal(rows, 2 * columns, 5) with { Relative = 2e-7, Absolute = absolute },
                Operand.Normal(1, columns, 6) with { Absolute = (rows + 4) * 2 * 16 * 1.2e-7 });
        }
    }

    [Fact]
    public void The_norms_input_gradient_may_overwrite_the_output_gradient()
    {
        OpCheck.Run((k, t) => k.RmsNormBackward(t[0], t[1], t[2], t[3], t[3], default, 0, false),
            Operand.Normal(5, 27, 1), Operand.Normal(1, 27, 2), Rstd(5, 27, 1, 27),
            Operand.Normal(5, 27, 4) with { Relative = 1e-6, Absolute = 1e-5 });
    }

    /// <summary>Two products of normal numbers with |cos| ≤ 1, each rounded once: 2·u·|x|, |x| ≤ 5.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(33)]
    public void Rotary(int half)
    {
        const int Positions = 40;
        float[] cos = new float[Positions * half], sin = new float[Positions * half];
        for (var i = 0; i < cos.Length; i++) (sin[i], cos[i]) = MathF.SinCos(i / half * MathF.Pow(1000, -(float)(i % half) / half));
        var size = 2 * half + 3;
        foreach (var inverse in new[] { false, true })
        {
            OpCheck.Run((k, t) => k.Rotary(t[0], t[1], t[2], t[3], size, inverse),
                Operand.Normal(19, 3 * size, 1) with { Relative = 1.2e-7, Absolute = 6e-7 },
                Operand.Integers([.. Enumerable.Range(0, 19).Select(t => t * 7 % Positions)]),
                Operand.Of(Positions, half, cos), Operand.Of(Positions, half, sin));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public void An_index_outside_its_table_is_refused(int index)
    {
        using var cpu = new Hone.Kernels.Cpu.CpuKernels(2);
        using var memory = new GuardedTensors([Operand.Normal(1, 8, 1), Operand.Integers(index), Operand.Normal(3, 4, 2), Operand.Normal(3, 8, 3)],
            0, true);
        var (x, indices, angles, table) = (memory[0], memory[1], memory[2], memory[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => cpu.Rotary(x, indices, angles, angles, 8, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => cpu.Embedding(table, indices, x, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => cpu.EmbeddingBackward(x, indices, table, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => cpu.GatherRows(table, indices, x));
        Assert.Throws<ArgumentOutOfRangeException>(() => cpu.ScatterAddRows(x, indices, table));
    }

    /// <summary>One rounding forward. Backward, three tokens may share a row: three roundings of sums up to 20.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Embedding(int rows, int columns)
    {
        var ids = Operand.Integers([.. Enumerable.Range(0, rows).Select(t => t * t % 7)]);
        OpCheck.Run((k, t) => k.Embedding(t[0], t[1], t[2], 1.25f),
            Operand.Normal(7, columns, 1), ids, Operand.Output(rows, columns, 1e-7, 0));
        OpCheck.Run((k, t) => k.EmbeddingBackward(t[0], t[1], t[2], 1.25f),
            Operand.Normal(rows, columns, 1), ids, Operand.Normal(7, columns, 2) with { Absolute = (rows + 4) * 20 * 6e-8 });
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public unsafe void Embedding_widens_half_precision_tables_exactly(DType type)
    {
        using var arena = new Arena("test");
        using var cpu = new Hone.Kernels.Cpu.CpuKernels(2);
        using var reference = new Hone.Kernels.Reference.ReferenceKernels();
        Tensor table = arena.Allocate(type, 5, 21), source = arena.Allocate(5, 21), ids = arena.Allocate(DType.I32, 1, 3);
        cpu.FillNormal(source, 0, 1, 1, 1);
        reference.Copy(source, table);
        ids.I32[0] = 4;
        ids.I32[2] = 1;
        Tensor expected = arena.Allocate(3, 21), actual = arena.Allocate(3, 21);
        reference.Embedding(table, ids, expected, 2);
        cpu.Embedding(table, ids, actual, 2);
        Assert.Equal(expected.AsSpan<float>(), actual.AsSpan<float>());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Chosen_rows(int rows, int columns)
    {
        var chosen = Operand.Integers([.. Enumerable.Range(0, rows).Select(t => rows - 1 - t)]);
        OpCheck.Run((k, t) => k.GatherRows(t[0], t[1], t[2]),
            Operand.Normal(rows + 2, columns, 1), chosen, Operand.Output(rows, columns, 0, 0));
        OpCheck.Run((k, t) => k.ScatterAddRows(t[0], t[1], t[2]),
            Operand.Normal(rows, columns, 1), chosen, Operand.Normal(rows + 2, columns, 2));
    }

    [Fact]
    public void Gathering_keeps_every_bit()
    {
        var odd = Operand.Of(1, 9, float.NaN, -0f, float.NegativeInfinity, float.Epsilon, 1, 2, 3, 4, 5);
        odd.Bits[0] = 0x7F812345;
        using var cpu = new Hone.Kernels.Cpu.CpuKernels(1);
        using var memory = new GuardedTensors([odd, Operand.Integers(0), Operand.Output(1, 9, 0, 0)], 0, true);
        cpu.GatherRows(memory[0], memory[1], memory[2]);
        Assert.Equal(odd.Bits, memory.Read(2));
    }

    private static Operand Rstd(int rows, int columns, ulong stream, int size)
    {
        var x = Operand.Normal(rows, columns, stream).Bits.Select(BitConverter.UInt32BitsToSingle).ToArray();
        return Operand.Of(rows, columns / size, [.. x.Chunk(size).Select(group => 1 / MathF.Sqrt(group.Sum(v => v * v) / size + 0.05f))]);
    }
}
