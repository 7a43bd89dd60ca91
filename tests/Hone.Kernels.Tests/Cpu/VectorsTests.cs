using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Hone.Kernels.Cpu;

namespace Hone.Kernels.Tests.Cpu;

public class VectorsTests
{
    [Fact]
    public void Exp_is_within_2e_7_wherever_the_result_is_a_normal_number()
    {
        var worst = 0.0;
        foreach (var sign in new[] { 0u, 0x80000000u })
        {
            // Every 3001st float from 2⁻⁴⁰ to the ends of the range.
            for (var bits = 0x2B800000u; bits < 0x42B20000u; bits += 3001)
            {
                var x = BitConverter.UInt32BitsToSingle(bits | sign);
                if (x is < -87.3f or > 88.7f) continue;
                var expected = Math.Exp(x);
                worst = Math.Max(worst, Math.Abs(Vectors.Exp(x) - expected) / expected);
            }
        }

        Assert.InRange(worst, 0, 2e-7);
    }

    [Theory]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(-105f, 0f)]
    [InlineData(0f, 1f)]
    [InlineData(1e-30f, 1f)]
    [InlineData(88.8f, float.PositiveInfinity)]
    [InlineData(3e38f, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Exp_at_the_edges(float x, float expected) => Assert.Equal(expected, Vectors.Exp(x));

    [Fact]
    public void Exp_underflows_gradually()
    {
        // One unit of a subnormal number is 2⁻¹⁴⁹; the last product rounds once, the factor before it is 2e-7 off at most.
        for (var x = -87f; x > -104f; x -= 0.25f) Assert.InRange(Math.Abs(Vectors.Exp(x) - Math.Exp(x)), 0, 1.5e-45 + 2e-7 * Math.Exp(x));
    }

    [Fact]
    public void Exp2_is_within_8e_8_wherever_the_result_is_a_normal_number()
    {
        var worst = 0.0;
        foreach (var sign in new[] { 0u, 0x80000000u })
        {
            // Every 3001st float from 2⁻⁴⁰ to the ends of the range.
            for (var bits = 0x2B800000u; bits < 0x43000000u; bits += 3001)
            {
                var x = BitConverter.UInt32BitsToSingle(bits | sign);
                if (x is < -126f or >= 128f) continue;
                var expected = Math.Pow(2, x);
                worst = Math.Max(worst, Math.Abs(Exp2(x) - expected) / expected);
            }
        }

        Assert.InRange(worst, 0, 8e-8);
    }

    [Theory]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(-float.MaxValue, 0f)]
    [InlineData(-151f, 0f)]
    [InlineData(-149f, float.Epsilon)]
    [InlineData(-126f, 1.17549435e-38f)]
    [InlineData(-1f, 0.5f)]
    [InlineData(-1e-30f, 1f)]
    [InlineData(0f, 1f)]
    [InlineData(3f, 8f)]
    [InlineData(128f, float.PositiveInfinity)]
    [InlineData(float.MaxValue, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Exp2_at_the_edges(float x, float expected) => Assert.Equal(expected, Exp2(x));

    [Fact]
    public void Exp2_underflows_gradually()
    {
        for (var x = -126f; x > -150f; x -= 0.25f) Assert.InRange(Math.Abs(Exp2(x) - Math.Pow(2, x)), 0, 0.8e-45 + 8e-8 * Math.Pow(2, x));
    }

    [Fact]
    public void An_element_has_the_same_bits_in_every_lane()
    {
        for (var lane = 0; lane < Vectors.Lanes; lane++)
        {
            var x = Vector256.Create(99f, -99f, float.NaN, 1, 2, 3, 4, 5).WithElement(lane, 1.2345f);
            Assert.Equal(Vectors.Exp(1.2345f), Vectors.Exp(x)[lane]);
            Assert.Equal(Sigmoid(Vector256.Create(1.2345f))[0], Sigmoid(x)[lane]);
        }
    }

    private static Vector256<float> Sigmoid(Vector256<float> x) => Vectors.Sigmoid<Width256, Vector256<float>>(x);

    /// <summary>2ˣ, whose bits must be the same in either width.</summary>
    private static float Exp2(float x)
    {
        var result = Vectors.Exp2(Vector256.Create(x))[0];
        if (Avx512DQ.IsSupported)
            Assert.Equal(BitConverter.SingleToUInt32Bits(result), BitConverter.SingleToUInt32Bits(Vectors.Exp2(Vector512.Create(x))[15]));
        return result;
    }
}
