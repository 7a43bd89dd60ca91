namespace Hone.Tensors.Tests;

public class DTypeTests
{
    [Theory]
    [InlineData(8, DType.F64, DType.I64)]
    [InlineData(4, DType.F32, DType.I32)]
    [InlineData(2, DType.BF16, DType.F16, DType.I16)]
    [InlineData(1, DType.I8, DType.U8, DType.Bool)]
    public void Every_type_has_its_size(int size, params DType[] types) => Assert.All(types, type => Assert.Equal(size, type.Size()));

    [Fact]
    public void No_type_is_without_a_size() => Assert.All(Enum.GetValues<DType>(), type => Assert.InRange(type.Size(), 1, 8));

    [Fact]
    public void An_unknown_type_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => ((DType)99).Size());
}
