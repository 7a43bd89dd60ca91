using Hone.Kernels.Cpu;
using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

/// <summary>Layers that read the same input: what is packed for the first one serves the next, and never a call that it must not serve.</summary>
public sealed class SharedInputTests
{
    [Theory]
    [InlineData(3, 40, 50, 0, 0f)]
    [InlineData(40, 70, 300, 0, 0f)]
    [InlineData(40, 70, 300, 8, 0f)]
    [InlineData(40, 70, 300, 8, 0.25f)]
    [InlineData(30, 280, 290, 260, 0f)]
    [InlineData(2700, 20, 1300, 0, 0f)]
    [InlineData(95, 40, 300, 0, 0f)]
    [InlineData(95, 40, 300, 8, 0f)]
    [InlineData(700, 300, 520, 8, 0.25f)]
    [InlineData(700, 30, 6000, 8, 0f)]
    public void A_shared_input_changes_no_bit(int t, int n, int k, int rank, float probability)
    {
        using var kernels = new CpuKernels(2);
        using var fresh = new CpuKernels(1);
        using var arena = new Arena("test");
        Tensor x = arena.Allocate(t, k), w = arena.Allocate(n, k), other = arena.Allocate(n + 3, k);
        Tensor expected = arena.Allocate(t, n), actual = arena.Allocate(t, n), first = arena.Allocate(t, n + 3);
        fresh.FillUniform(x, -1, 1, 1, 1);
        fresh.FillUniform(w, -1, 1, 1, 2);
        fresh.FillUniform(other, -1, 1, 1, 3);
        var options = new LinearOptions { LowRank = LowRankOf(arena, fresh, t, n, k, rank, probability) };
        fresh.Linear(x, w, expected, options);

        kernels.Linear(x, other, first, default);
        kernels.Linear(x, w, actual, new LinearOptions { LowRank = options.LowRank, SameInput = true });

        Assert.Equal(expected.AsSpan<uint>(), actual.AsSpan<uint>());
    }

    [Fact]
    public void An_input_that_changed_in_place_is_read_again()
    {
        using var kernels = new CpuKernels(2);
        using var fresh = new CpuKernels(1);
        using var arena = new Arena("test");
        Tensor x = arena.Allocate(60, 90), w = arena.Allocate(50, 90), expected = arena.Allocate(60, 50), actual = arena.Allocate(60, 50);
        fresh.FillUniform(x, -1, 1, 1, 1);
        fresh.FillUniform(w, -1, 1, 1, 2);
        kernels.Linear(x, w, actual, default);
        fresh.FillUniform(x, -1, 1, 1, 3);
        kernels.Linear(x, w, actual, default);
        fresh.Linear(x, w, expected, default);
        Assert.Equal(expected.AsSpan<uint>(), actual.AsSpan<uint>());
    }

    [Fact]
    public void A_claim_that_is_wrong_about_the_operand_is_harmless()
    {
        using var kernels = new CpuKernels(2);
        using var fresh = new CpuKernels(1);
        using var arena = new Arena("test");
        Tensor x = arena.Allocate(60, 90), y = arena.Allocate(60, 90), w = arena.Allocate(50, 90);
        Tensor expected = arena.Allocate(60, 50), actual = arena.Allocate(60, 50);
        fresh.FillUniform(x, -1, 1, 1, 1);
        fresh.FillUniform(y, -1, 1, 1, 2);
        fresh.FillUniform(w, -1, 1, 1, 3);
        kernels.Linear(x, w, actual, default);
        kernels.Linear(y, w, actual, new LinearOptions { SameInput = true });
        fresh.Linear(y, w, expected, default);
        Assert.Equal(expected.AsSpan<uint>(), actual.AsSpan<uint>());
    }

    private static LowRank LowRankOf(Arena arena, CpuKernels kernels, int t, int n, int k, int rank, float probability)
    {
        if (rank == 0) return default;
        Tensor a = arena.Allocate(rank, k), b = arena.Allocate(n, rank);
        kernels.FillUniform(a, -1, 1, 1, 4);
        kernels.FillUniform(b, -1, 1, 1, 5);
        return new LowRank
        {
            A = a,
            B = b,
            Scale = 1.5f,
            U = arena.Allocate(t, rank),
            Dropout = probability > 0 ? new Dropout(probability, 1, 2) : default,
            DropoutScratch = probability > 0 ? arena.Allocate(t, k) : default,
        };
    }
}
