namespace Hone.Tensors.Tests;

public class CounterRandomTests
{
    private const int Count = 1 << 18;

    /// <summary>Known answers that the authors of Philox publish (Random123, kat_vectors, philox4x32 with 10 rounds).</summary>
    [Theory]
    [InlineData(0, 0, 0, "6627e8d5 e169c58d bc57ac4c 9b00dbd8")]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, "408f276d 41c83b0e a20bc7c6 6d5451fd")]
    [InlineData(0x299f31d0_a4093822, 0x03707344_13198a2e, 0x85a308d3_243f6a88, "d16cfe09 94fdcceb 5001e420 24126ea1")]
    public void A_block_is_Philox_4x32_10(ulong seed, ulong stream, ulong block, string expected)
    {
        var (a, b, c, d) = CounterRandom.Block(seed, stream, block);
        Assert.Equal(expected, $"{a:x8} {b:x8} {c:x8} {d:x8}");
    }

    [Fact]
    public void Numbers_are_the_words_of_the_blocks_in_order()
    {
        for (var block = 0ul; block < 5; block++)
        {
            var (a, b, c, d) = CounterRandom.Block(7, 9, block);
            uint[] words = [a, b, c, d];
            for (var i = 0ul; i < 4; i++)
            {
                Assert.Equal(words[i], CounterRandom.UInt32(7, 9, (4 * block) + i));
                Assert.Equal((words[i] >> 8) / 16777216f, CounterRandom.Uniform(7, 9, (4 * block) + i));
            }
        }
    }

    /// <summary>
    /// The mean of n uniform numbers has the standard error √(1/12n). E((u − ½)²) is 1/12, and E((u − ½)⁴) is 1/80, so the mean
    /// square's is √((1/80 − 1/144)/n) = √(1/180n). Five of them: one good generator in 1.7 million fails.
    /// </summary>
    [Fact]
    public void Uniform_numbers_have_the_moments_of_a_uniform_distribution()
    {
        var (sum, squares) = Moments(i => CounterRandom.Uniform(1, 2, i) - 0.5);
        Assert.Equal(0, sum, 5 * Math.Sqrt(1.0 / (12.0 * Count)));
        Assert.Equal(1.0 / 12, squares, 5 * Math.Sqrt(1.0 / (180.0 * Count)));
        for (var i = 0ul; i < Count; i++) Assert.InRange(CounterRandom.Uniform(1, 2, i), 0, 1 - (1f / (1 << 24)));
    }

    /// <summary>Of a normal distribution E x² = 1, E x⁴ = 3, E x⁸ = 105: the errors are √(1/n), √(2/n) and √(96/n).</summary>
    [Fact]
    public void Normal_numbers_have_the_moments_of_a_normal_distribution()
    {
        var (mean, variance) = Moments(i => CounterRandom.Normal(1, 3, i));
        var (_, fourth) = Moments(i => Math.Pow(CounterRandom.Normal(1, 3, i), 2));
        Assert.Equal(0, mean, 5 * Math.Sqrt(1.0 / Count));
        Assert.Equal(1, variance, 5 * Math.Sqrt(2.0 / Count));
        Assert.Equal(3, fourth, 5 * Math.Sqrt(96.0 / Count));
    }

    /// <summary>A cell's count is binomial with deviation √(n·p·(1 − p)).</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(10)]
    public void Every_integer_below_a_small_bound_is_as_frequent_as_the_others(int bound)
    {
        var counts = new int[bound];
        for (var i = 0ul; i < Count; i++) counts[CounterRandom.Below(4, 5, i, bound)]++;
        var p = 1.0 / bound;
        Assert.All(counts, count => Assert.Equal(Count * p, count, 5 * Math.Sqrt(Count * p * (1 - p))));
    }

    /// <summary>The remainder of 32 bits by 3·2²⁹ would fall into each of the two lower thirds half as often again as into the upper one.</summary>
    [Fact]
    public void Bounds_near_the_range_of_the_generator_have_no_bias()
    {
        const int Bound = 3 << 29;
        const int Third = 1 << 29;
        var counts = new int[3];
        for (var i = 0ul; i < Count; i++) counts[CounterRandom.Below(4, 6, i, Bound) / Third]++;
        Assert.All(counts, count => Assert.Equal(Count / 3.0, count, 5 * Math.Sqrt(Count * (1.0 / 3) * (2.0 / 3))));
    }

    [Fact]
    public void Nothing_else_than_zero_is_below_one()
    {
        for (var i = 0ul; i < 100; i++) Assert.Equal(0, CounterRandom.Below(1, 1, i, 1));
    }

    [Fact]
    public void A_stream_depends_on_each_argument_and_their_order()
    {
        var numbers = new List<ulong>();
        foreach (var purpose in new[] { "", "a", "b", "ab", "ba", "dropout" })
        {
            for (var first = 0ul; first < 20; first++)
                for (var second = 0ul; second < 20; second++) numbers.Add(CounterRandom.Stream(purpose, first, second));
        }

        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.Equal(CounterRandom.Stream("dropout"), CounterRandom.Stream("dropout", 0, 0));
    }

    [Fact]
    public void Seeds_streams_and_indices_give_unrelated_numbers()
    {
        var numbers = new HashSet<(uint, uint, uint, uint)>();
        for (var seed = 0ul; seed < 10; seed++)
        {
            for (var stream = 0ul; stream < 10; stream++)
                for (var block = 0ul; block < 10; block++) numbers.Add(CounterRandom.Block(seed, stream, block));
        }

        Assert.Equal(1000, numbers.Count);
        Assert.NotEqual(CounterRandom.Block(1ul << 32, 0, 0), CounterRandom.Block(0, 0, 0));
        Assert.NotEqual(CounterRandom.Block(0, 1ul << 32, 0), CounterRandom.Block(0, 0, 0));
        Assert.NotEqual(CounterRandom.Block(0, 0, 1ul << 32), CounterRandom.Block(0, 0, 0));
    }

    private static (double Mean, double MeanSquare) Moments(Func<ulong, double> number)
    {
        double sum = 0, squares = 0;
        for (var i = 0ul; i < Count; i++)
        {
            var x = number(i);
            sum += x;
            squares += x * x;
        }

        return (sum / Count, squares / Count);
    }
}
