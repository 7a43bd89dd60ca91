namespace Hone.Tensors.Tests;

public sealed class TensorTests : IDisposable
{
    private readonly Arena arena = new("test");
    private readonly Tensor counted;

    public TensorTests()
    {
        counted = arena.Allocate(DType.I32, 4, 6);
        for (var i = 0; i < 24; i++) counted.AsSpan<int>()[i] = i;
    }

    public void Dispose() => arena.Dispose();

    [Fact]
    public void A_slice_of_rows_is_a_view_of_the_same_memory()
    {
        var rows = counted.SliceRows(1, 2);
        Assert.Equal((2, 6, 6), (rows.Rows, rows.Columns, rows.Stride));
        Assert.Equal(Enumerable.Range(6, 12), rows.AsSpan<int>().ToArray());
        rows.AsSpan<int>()[0] = -1;
        Assert.Equal(-1, counted.AsSpan<int>()[6]);
    }

    [Fact]
    public unsafe void A_slice_of_columns_keeps_the_distance_between_rows()
    {
        var columns = counted.SliceColumns(2, 3);
        Assert.Equal((4, 3, 6, false), (columns.Rows, columns.Columns, columns.Stride, columns.IsDense));
        Assert.Equal((12L, 48L), (columns.Count, columns.ByteCount));
        var inner = columns.SliceRows(3, 1).SliceColumns(1, 2);
        Assert.True(inner.IsDense);
        Assert.Equal([21, 22], inner.AsSpan<int>().ToArray());
        Assert.Equal(21, columns.I32[(3 * columns.Stride) + 1]);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 0)]
    [InlineData(0, 4)]
    public void Empty_and_whole_slices_are_allowed(int start, int count) => Assert.Equal(count, counted.SliceRows(start, count).Rows);

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 5)]
    [InlineData(4, 1)]
    [InlineData(5, 0)]
    [InlineData(1, -1)]
    [InlineData(1, int.MaxValue)]
    public void A_slice_of_rows_beyond_the_bounds_is_refused(int start, int count)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => counted.SliceRows(start, count));
        Assert.StartsWith($"rows [{start}, {(long)start + count}) of I32[4, 6]", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 7)]
    [InlineData(6, 1)]
    [InlineData(7, 0)]
    [InlineData(1, -1)]
    [InlineData(1, int.MaxValue)]
    public void A_slice_of_columns_beyond_the_bounds_is_refused(int start, int count)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => counted.SliceColumns(start, count));
        Assert.StartsWith($"columns [{start}, {(long)start + count}) of I32[4, 6]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reshaping_keeps_the_elements()
    {
        var reshaped = counted.Reshape(3, 8);
        Assert.Equal((3, 8, 8), (reshaped.Rows, reshaped.Columns, reshaped.Stride));
        Assert.Equal(counted.AsSpan<int>().ToArray(), reshaped.AsSpan<int>().ToArray());
    }

    [Fact]
    public void Reshaping_to_another_count_or_of_a_view_with_gaps_is_refused()
    {
        var e = Assert.Throws<ArgumentException>(() => counted.Reshape(5, 5));
        Assert.Equal("I32[4, 6] can't be seen as [5, 5]", e.Message);
        Assert.Throws<ArgumentException>(() => counted.SliceColumns(0, 3).Reshape(3, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => counted.Reshape(-4, -6));
    }

    [Fact]
    public void A_span_needs_a_dense_view_and_elements_of_its_size()
    {
        var e = Assert.Throws<InvalidOperationException>(() => counted.AsSpan<short>().Length);
        Assert.Equal("I32[4, 6] is no dense span of Int16", e.Message);
        Assert.Throws<InvalidOperationException>(() => counted.SliceColumns(0, 3).AsSpan<int>().Length);
    }

    [Fact]
    public void Negative_sizes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.WithoutMemory(DType.F32, -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.WithoutMemory(DType.F32, 1, -1));
    }

    [Fact]
    public void A_shape_without_memory_is_empty_yet_has_a_size()
    {
        var shape = Tensor.WithoutMemory(DType.BF16, 50000, 50000);
        Assert.True(shape.IsEmpty);
        Assert.Equal(5_000_000_000, shape.ByteCount);
        Assert.True(default(Tensor).IsEmpty);
        Assert.Equal(0, default(Tensor).Count);
    }
}
