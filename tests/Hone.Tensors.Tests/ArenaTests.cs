namespace Hone.Tensors.Tests;

public sealed unsafe class ArenaTests
{
    [Theory]
    [InlineData(DType.F32, 1, 1)]
    [InlineData(DType.BF16, 3, 7)]
    [InlineData(DType.I32, 1, 1000)]
    [InlineData(DType.Bool, 5, 13)]
    [InlineData(DType.F32, 1025, 1024)]
    public void A_block_is_zeroed_aligned_and_dense(DType type, int rows, int columns)
    {
        using var arena = new Arena("test");

        // The allocator likes to hand out what was freed just now, so dirt shows.
        using (var dirt = new Arena("dirt")) new Span<byte>(dirt.AllocateBytes(Arena.SizeOf(type, rows, columns)), rows * columns).Fill(0xFF);
        var tensor = arena.Allocate(type, rows, columns);
        Assert.Equal((type, rows, columns), (tensor.Type, tensor.Rows, tensor.Columns));
        Assert.True(tensor.IsDense);
        Assert.Equal(0, (nint)tensor.Data % Arena.Alignment);
        Assert.False(new ReadOnlySpan<byte>(tensor.Data, (int)tensor.ByteCount).ContainsAnyExcept((byte)0));
    }

    [Theory]
    [InlineData(DType.F32, 1, 1, 64)]
    [InlineData(DType.F32, 1, 16, 64)]
    [InlineData(DType.F32, 1, 17, 128)]
    [InlineData(DType.BF16, 3, 33, 256)]
    [InlineData(DType.U8, 1, 65, 128)]
    [InlineData(DType.I64, 100000, 100000, 80_000_000_000)]
    public void The_size_of_a_shape_is_rounded_up_to_the_alignment(DType type, int rows, int columns, long bytes) =>
        Assert.Equal(bytes, Arena.SizeOf(type, rows, columns));

    [Fact]
    public void Reserved_bytes_are_the_sum_of_the_sizes_and_none_after_disposal()
    {
        var arena = new Arena("test");
        Assert.Equal(0, arena.ReservedBytes);
        var expected = 0L;
        foreach (var (type, rows, columns) in new[] { (DType.F32, 3, 5), (DType.BF16, 100, 100), (DType.I32, 1, 1), (DType.F32, 1100, 1000) })
        {
            arena.Allocate(type, rows, columns);
            expected += Arena.SizeOf(type, rows, columns);
            Assert.Equal(expected, arena.ReservedBytes);
        }

        arena.Dispose();
        Assert.Equal(0, arena.ReservedBytes);
    }

    [Fact]
    public void Blocks_do_not_overlap()
    {
        using var arena = new Arena("test");
        var tensors = Enumerable.Range(1, 50).Select(n => arena.Allocate(DType.I32, n, 3)).ToArray();
        for (var i = 0; i < tensors.Length; i++) tensors[i].AsSpan<int>().Fill(i);
        for (var i = 0; i < tensors.Length; i++) Assert.False(tensors[i].AsSpan<int>().ContainsAnyExcept(i));
    }

    [Fact]
    public void Disposing_twice_is_harmless_and_use_afterwards_is_refused()
    {
        var arena = new Arena("test");
        arena.Allocate(2, 2);
        arena.Dispose();
        arena.Dispose();
        Assert.Throws<ObjectDisposedException>(() => arena.Allocate(1, 1));
    }

    [Fact]
    public void A_request_that_no_machine_can_serve_is_a_failure_of_memory_that_names_the_owner()
    {
        using var arena = new Arena("the optimizer's state");
        var e = Assert.Throws<HoneException>(() => { arena.AllocateBytes(1L << 62); });
        Assert.Equal(ExitCode.Memory, e.ExitCode);
        Assert.Contains("the optimizer's state", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, arena.ReservedBytes);
    }
}
