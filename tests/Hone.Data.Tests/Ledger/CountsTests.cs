using Hone.Data.Ledger;
using Hone.Tensors;

namespace Hone.Data.Tests.Ledger;

public sealed class CountsTests
{
    [Fact]
    public void Percentiles_are_those_of_the_sorted_lengths()
    {
        var lengths = Enumerable.Range(0, 1000).Select(i => 1 + (int)CounterRandom.Below(7, 3, (ulong)i, 300)).ToArray();
        var counts = Count(lengths);
        Array.Sort(lengths);
        Assert.Equal(lengths, counts.ToArray());
        Assert.Equal(lengths.Length, counts.Samples);
        foreach (var share in (double[])[0, 0.001, 0.0011, 0.25, 0.5, 0.95, 0.999, 1])
            Assert.Equal(lengths[Math.Max(0, (int)Math.Ceiling(share * 1000) - 1)], counts.Percentile(share));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 12)]
    [InlineData(40, 12)]
    [InlineData(4_000, 12)]
    [InlineData(1_000_000_000, 12)]
    [InlineData(int.MaxValue - 1, 1)]
    public void Ranges_hold_every_sample_once(int longest, int most)
    {
        int[] lengths = [1, longest, Math.Max(1, longest / 2), longest];
        var ranges = Count(lengths).Ranges(most);
        Assert.InRange(ranges.Count, 1, most);
        Assert.Equal(1, ranges[0].From);
        Assert.All(ranges, r => Assert.Equal(lengths.Count(l => l >= r.From && l <= r.To), r.Samples));
        Assert.Equal(lengths.Length, ranges.Sum(r => r.Samples));
        Assert.NotEqual(0, ranges[^1].Samples);
    }

    [Fact]
    public void Equal_samples_are_found_with_the_first_of_their_kind()
    {
        var hashes = new RowHashes();
        hashes.Add(0, [1, 2], [0, 1]);
        hashes.Add(1, [1, 2], [1, 1]);
        hashes.Add(3, [1, 2], [0, 1]);
        hashes.Add(4, [1, 2, 3], [0, 1, 1]);
        hashes.Add(5, [1, 2], [1, 1]);
        hashes.Add(9, [1, 2], [0, 1]);
        Assert.Equal([(3, 0), (5, 1), (9, 0)], hashes.Duplicates());
    }

    private static LengthCounts Count(int[] lengths) => new([.. lengths.GroupBy(n => n).OrderBy(g => g.Key).Select(g => (g.Key, g.Count()))]);
}
