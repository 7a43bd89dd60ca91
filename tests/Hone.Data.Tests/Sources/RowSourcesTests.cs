using Hone.Data.Sources;
using Hone.Testing;

namespace Hone.Data.Tests.Sources;

public sealed class RowSourcesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(25)]
    public void A_count_draws_without_repeating_until_it_must(int wanted)
    {
        var rows = Take("a", 10, wanted, new DatasetOptions());
        Assert.Equal(wanted, rows.Count);
        var times = rows.GroupBy(r => r).Select(g => g.Count()).ToList();
        Assert.Equal(Math.Min(wanted, 10), times.Count);
        Assert.All(times, t => Assert.InRange(t, wanted / 10, (wanted + 9) / 10));
        Assert.Equal(rows, Take("a", 10, wanted, new DatasetOptions()));
        Assert.Equal(rows.Take(10).Order(), rows.Take(10));
        if (wanted is 9 or 11) Assert.True(Enumerable.Range(0, 20).Select(s => string.Join(' ', Take("a", 10, wanted, new DatasetOptions { Seed = (ulong)s }))).Distinct().Count() > 3);
    }

    [Fact]
    public void Every_row_is_drawn_as_often_as_any_other()
    {
        var times = new int[10];
        for (var seed = 0UL; seed < 4000; seed++)
        {
            foreach (var row in Take("a", 10, 3, new DatasetOptions { Seed = seed })) times[row]++;
        }

        // 4000 draws of 3 among 10: 1200 each, deviation √(4000 · 0.3 · 0.7) = 29; five of them make an accident of one in 10⁵.
        Assert.All(times, t => Assert.InRange(t, 1200 - 145, 1200 + 145));
    }

    [Fact]
    public void Without_shuffling_the_first_rows_are_taken_and_begin_again()
    {
        var options = new DatasetOptions { SampleAtRandom = false };
        Assert.Equal([0, 1, 2], Take("a", 4, 3, options));
        Assert.Equal([0, 1, 2, 3, 0, 1], Take("a", 4, 6, options));
        Assert.Empty(Take("a", 0, 3, options));
        Assert.Empty(Take("a", 0, 3, new DatasetOptions()));
    }

    [Fact]
    public void Of_each_source_no_more_rows_are_taken_than_allowed()
    {
        var sources = new RowSources([Source("a", 5) with { Most = 2 }, Source("b", 1) with { Most = 2 }, Source("c", 9) with { Count = 4, Most = 3 }]);
        Assert.Equal(["a0", "a1", "b0", "c0", "c1", "c2"], sources.Read(new DatasetOptions { SampleAtRandom = false }).Select(r => Text(r.Json)));
    }

    [Fact]
    public void Rows_in_turn_keep_their_order_and_are_counted()
    {
        var sources = new RowSources([Source("a", 3), Source("b", 2)]);
        var taken = new int[2];
        Assert.Equal(["a0", "a1", "a2", "b0", "b1"], sources.Read(new DatasetOptions(), taken).Select(r => Text(r.Json)));
        Assert.Equal([3, 2], taken);
    }

    [Fact]
    public void Interleaving_stops_with_the_last_row_of_the_first_source_that_ends()
    {
        var sources = new RowSources([Source("a", 5), Source("b", 1000)]) { Shares = [0.5, 0.5] };
        var taken = new int[2];
        var rows = sources.Read(new DatasetOptions(), taken).Select(r => Text(r.Json)).ToList();
        Assert.Equal("a4", rows[^1]);
        Assert.Equal(5, taken[0]);
        Assert.Equal(rows.Where(r => r[0] == 'b'), Enumerable.Range(0, taken[1]).Select(i => $"b{i}"));
        Assert.Equal(rows, sources.Read(new DatasetOptions()).Select(r => Text(r.Json)));
        Assert.NotEqual(rows, sources.Read(new DatasetOptions { Seed = 1 }).Select(r => Text(r.Json)));
    }

    [Fact]
    public void Interleaving_until_all_ended_reads_every_row_and_repeats_short_sources_in_order()
    {
        var sources = new RowSources([Source("a", 3), Source("b", 40)]) { Shares = [1, 1], UntilAllExhausted = true };
        var taken = new int[2];
        var rows = sources.Read(new DatasetOptions(), taken).Select(r => Text(r.Json)).ToList();
        Assert.Equal("b39", rows[^1]);
        Assert.Equal(40, taken[1]);
        Assert.Equal(Enumerable.Range(0, taken[0]).Select(i => $"a{i % 3}"), rows.Where(r => r[0] == 'a'));
    }

    [Fact]
    public void Interleaved_rows_come_in_the_proportions_that_were_asked_for()
    {
        var sources = new RowSources([Source("a", 100_000), Source("b", 100_000), Source("c", 100_000)]) { Shares = [1, 2, 7] };
        var counts = sources.Read(new DatasetOptions()).Take(10_000).CountBy(r => Text(r.Json)[0]).ToDictionary();

        // Five deviations of a binomial count of 10,000.
        foreach (var (name, share) in new[] { ('a', 0.1), ('b', 0.2), ('c', 0.7) })
            Assert.InRange(counts[name], (10_000 * share) - (5 * Math.Sqrt(10_000 * share * (1 - share))), (10_000 * share) + (5 * Math.Sqrt(10_000 * share * (1 - share))));
    }

    [Fact]
    public void An_empty_source_can_not_be_interleaved()
    {
        var sources = new RowSources([Source("a", 3), Source("b", 0)]) { Shares = [1, 1] };
        var e = Assert.Throws<HoneException>(() => sources.Read(new DatasetOptions()).ToList());
        Assert.Equal((ExitCode.Data, folder.PathOf("b.txt")), (e.ExitCode, e.Where));
    }

    [Fact]
    public void A_repeated_row_is_no_duplicate_of_itself()
    {
        var path = folder.Write("ids.jsonl", "{\"input_ids\":[1,2]}\n{\"input_ids\":[3,4]}\n{\"input_ids\":[1,2]}\n");
        var loader = new DatasetLoader(null, null, [], new DatasetOptions { VocabularySize = 100 });
        var data = loader.Load([(path, 9)], cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(9, data.Samples.Count);
        Assert.Equal((path, 3, 1), Assert.Single(data.Report.Duplicates.First.Select(d => (d.Location.File, d.Location.Row, d.First.Row))));
    }

    [Fact]
    public void A_repeated_row_is_never_on_both_sides_of_a_split()
    {
        var path = folder.PathOf("ids.jsonl");
        File.WriteAllLines(path, Enumerable.Range(1, 10).Select(i => $$"""{"input_ids":[{{i}},1],"labels":[{{i}},1]}"""));
        var loader = new DatasetLoader(null, null, [], new DatasetOptions { VocabularySize = 100 });
        var data = loader.Load([(path, 34)], cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(34, data.Samples.Count);
        var (train, validation) = DatasetSplit.Split(data, 0.3, 1, shuffle: true);
        var held = validation.Samples.Select(s => s.Ids[0]).ToList();
        Assert.Equal(3, held.Distinct().Count());
        Assert.Equal(3, held.Count);
        Assert.Equal(7, train.Samples.Select(s => s.Ids[0]).Distinct().Count());
        Assert.DoesNotContain(train.Samples, s => held.Contains(s.Ids[0]));
        Assert.Equal(train.Samples.Count, train.Report.Samples);
    }

    [Fact]
    public void Lengths_of_a_split_are_those_of_its_own_rows()
    {
        var path = folder.PathOf("ids.jsonl");
        File.WriteAllLines(path, Enumerable.Range(1, 40).Select(i => $$"""{"input_ids":[{{string.Join(',', Enumerable.Repeat("1", 1 + (i % 7)))}},2]}"""));
        using var data = new DatasetLoader(null, null, [], new DatasetOptions { VocabularySize = 100 }).Load([(path, null)], cancellation: TestContext.Current.CancellationToken);
        var (train, validation) = DatasetSplit.Split(data, 0.25, 1, shuffle: true);
        foreach (var part in (LoadedDataset[])[train, validation]) Assert.Equal(part.Samples.Select(s => s.Ids.Length).Order(), part.Report.Lengths.ToArray());
        Assert.Equal(10, validation.Report.Lengths.Samples);
        Assert.Equal(data.Report.Lengths.ToArray(), train.Report.Lengths.ToArray().Concat(validation.Report.Lengths.ToArray()).Order());
    }

    private static string Text(System.Text.Json.JsonElement row) => row.GetProperty("text").GetString()!;

    private List<int> Take(string name, int count, int wanted, DatasetOptions options) =>
        [.. (Source(name, count) with { Count = wanted }).Read(options).Select(r => int.Parse(Text(r.Json)[1..], System.Globalization.CultureInfo.InvariantCulture))];

    private RowSource Source(string name, int count)
    {
        var path = folder.PathOf(name + ".txt");
        File.WriteAllText(path, string.Concat(Enumerable.Range(0, count).Select(i => $"{name}{i}\n")));
        return new RowSource(path, [path]);
    }
}
