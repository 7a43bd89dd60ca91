using System.Runtime.Intrinsics;

namespace Hone.Tensors.Tests;

public class BFloat16Tests
{
    [Theory]
    [InlineData(0x3F800000, 0x3F80)]
    [InlineData(0x3F807FFF, 0x3F80)]
    [InlineData(0x3F808000, 0x3F80)]
    [InlineData(0x3F808001, 0x3F81)]
    [InlineData(0x3F818000, 0x3F82)]
    [InlineData(0xBF818000, 0xBF82)]
    [InlineData(0x7F7FFFFF, 0x7F80)]
    [InlineData(0x7F800000, 0x7F80)]
    [InlineData(0xFF800000, 0xFF80)]
    [InlineData(0x80000000, 0x8000)]
    [InlineData(0x00018000, 0x0002)]
    [InlineData(0x7F800001, 0x7FC0)]
    [InlineData(0xFFFFFFFF, 0xFFFF)]
    [InlineData(0x7FA10000, 0x7FE1)]
    public void Rounds_to_nearest_with_ties_to_even_and_keeps_a_nan_as_a_quiet_one(uint bits, int expected) =>
        Assert.Equal(expected, BFloat16.Round(BitConverter.UInt32BitsToSingle(bits)));

    [Fact]
    public void The_vector_form_gives_the_same_bits()
    {
        // Every upper half with lower halves on both sides of each border.
        uint[] lower = [0, 1, 0x7FFF, 0x8000, 0x8001, 0xC000, 0xFFFE, 0xFFFF];
        for (uint upper = 0; upper < 0x10000; upper++)
        {
            var bits = Vector256.Create(upper << 16) | Vector256.Create(lower);
            var rounded = BFloat16.Round(bits);
            for (var i = 0; i < lower.Length; i++) Assert.Equal(BFloat16.Round(BitConverter.UInt32BitsToSingle(bits[i])), rounded[i]);
        }
    }

    [Fact]
    public void A_value_that_is_a_bf16_stays_it()
    {
        for (uint upper = 0; upper < 0x10000; upper++)
        {
            var value = BitConverter.UInt32BitsToSingle(upper << 16);
            Assert.Equal(upper | (float.IsNaN(value) ? 0x40u : 0), BFloat16.Round(value));
        }
    }
}
