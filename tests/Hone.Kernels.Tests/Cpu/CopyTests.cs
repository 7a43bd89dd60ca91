using Hone.Kernels.Cpu;
using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

public sealed unsafe class CopyTests
{
    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Every_16_bit_pattern_widens_and_comes_back(DType type)
    {
        using var kernels = new CpuKernels(2);
        using var narrow = new GuardedTensor(type, 64, 1024);
        using var wide = new GuardedTensor(DType.F32, 64, 1024);
        using var back = new GuardedTensor(type, 64, 1024, 6);
        for (var i = 0; i < 65536; i++) Bits16(narrow, i) = (ushort)i;
        kernels.Copy(narrow.View, wide.View);
        kernels.Copy(wide.View, back.View);
        for (var i = 0; i < 65536; i++)
        {
            var expected = narrow[i / 1024, i % 1024];
            Assert.Equal(expected, wide[i / 1024, i % 1024]);
            if (double.IsNaN(expected)) Assert.True(double.IsNaN(back[i / 1024, i % 1024]));
            else Assert.Equal((ushort)i, Bits16(back, i));
        }

        wide.AssertIntact();
        back.AssertIntact();
    }

    [Fact]
    public void F32_rounds_to_the_nearest_bf16_and_ties_go_to_even()
    {
        using var kernels = new CpuKernels(1);
        using var x = new GuardedTensor(DType.F32, 1, 37);
        using var y = new GuardedTensor(DType.BF16, 1, 37);
        // Bits of F32 and the upper half that they must round to.
        (uint From, ushort To)[] cases =
        [
            (0x3F800000, 0x3F80), (0x3F807FFF, 0x3F80), (0x3F808000, 0x3F80), (0x3F808001, 0x3F81), (0x3F818000, 0x3F82),
            (0xBF818000, 0xBF82), (0x7F7FFFFF, 0x7F80), (0x7F800000, 0x7F80), (0xFF800000, 0xFF80), (0x80000000, 0x8000),
            (0x00008000, 0x0000), (0x00018000, 0x0002), (0x7F7F7FFF, 0x7F7F),
        ];
        for (var i = 0; i < 37; i++) ((uint*)x.View.Data)[i] = cases[i % cases.Length].From;
        kernels.Copy(x.View, y.View);
        for (var i = 0; i < 37; i++) Assert.Equal(cases[i % cases.Length].To, ((ushort*)y.View.Data)[i]);
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Nan_stays_nan_whatever_its_payload(DType type)
    {
        using var kernels = new CpuKernels(1);
        using var x = new GuardedTensor(DType.F32, 1, 40);
        using var y = new GuardedTensor(type, 1, 40);
        for (var i = 0; i < 40; i++) ((uint*)x.View.Data)[i] = (i % 2 == 0 ? 0x7F800000u : 0xFF800000u) | (1u << (i % 23));
        kernels.Copy(x.View, y.View);
        for (var i = 0; i < 40; i++) Assert.True(double.IsNaN(y[0, i]));
    }

    [Fact]
    public void Between_the_two_16_bit_types_the_value_is_rounded_once()
    {
        using var kernels = new CpuKernels(1);
        using var half = new GuardedTensor(DType.F16, 3, 21).Randomize(1);
        using var brain = new GuardedTensor(DType.BF16, 3, 21);
        using var wide = new GuardedTensor(DType.F32, 3, 21);
        using var expected = new GuardedTensor(DType.BF16, 3, 21);
        kernels.Copy(half.View, brain.View);
        kernels.Copy(half.View, wide.View);
        kernels.Copy(wide.View, expected.View);
        brain.AssertSameBits(expected);
    }

    private static ref ushort Bits16(GuardedTensor tensor, int i) =>
        ref ((ushort*)tensor.View.Data)[(i / 1024 * tensor.View.Stride) + (i % 1024)];
}
