using Hone.Data.Ledger;
using Hone.Data.Storage;
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
        hashes.Add([1, 2], [0, 1]);
        hashes.Add([1, 2], [1, 1]);
        hashes.Add([1, 2], [0, 1]);
        hashes.Add([1, 2, 3], [0, 1, 1]);
        hashes.Add([1, 2], [1, 1]);
        hashes.Add([1, 2], [0, 1]);
        Assert.Equal([(3, 0), (5, 1), (9, 0)], Found(hashes, [0, 1, 3, 4, 5, 9], row => row).Select(d => (d.Location.Row, d.First.Row)));
    }

    [Fact]
    public void A_row_that_is_taken_several_times_is_no_duplicate_and_counts_once_as_one()
    {
        var hashes = new RowHashes();
        for (var i = 0; i < 6; i++) hashes.Add([1, 2], [0, 1]);

        // Places 7, 7, 8, 9, 8, 7: the rows at 8 and 9 equal the one at 7.
        int[] places = [7, 7, 8, 9, 8, 7];
        Assert.Equal([(8, 7), (9, 7)], Found(hashes, [0, 1, 2, 3, 4, 5], row => places[row]).Select(d => (d.Location.Row, d.First.Row)));
    }

    [Fact]
    public void Of_many_duplicates_the_first_are_listed_and_all_are_counted()
    {
        const int Rows = 50_000;
        var hashes = new RowHashes();
        for (var i = 0; i < Rows; i++) hashes.Add([i % 10], [1]);
        var locations = Locations([.. Enumerable.Range(0, Rows)], row => row);
        var duplicates = hashes.Duplicates(i => i, locations);
        Assert.Equal(Rows - 10, duplicates.Count);
        Assert.Equal(Enumerable.Range(10, Listing.Most), duplicates.First.Select(d => d.Location.Row));
        Assert.All(duplicates.First, d => Assert.Equal(d.Location.Row % 10, d.First.Row));
    }

    private static IReadOnlyList<DuplicateRow> Found(RowHashes hashes, int[] rows, Func<int, int> placeOf)
    {
        var duplicates = hashes.Duplicates(i => rows[i], Locations(rows, placeOf));
        Assert.Equal(duplicates.Count, duplicates.First.Count);
        return duplicates.First;
    }

    private static RowLocations Locations(int[] rows, Func<int, int> placeOf)
    {
        var locations = new RowLocations();
        for (var row = 0; row <= rows[^1]; row++) locations.Add(new RowLocation("rows.jsonl", Array.IndexOf(rows, row) < 0 ? -row : placeOf(row)));
        return locations;
    }

    private static LengthCounts Count(int[] lengths) => new([.. lengths.GroupBy(n => n).OrderBy(g => g.Key).Select(g => (g.Key, g.Count()))]);
}
