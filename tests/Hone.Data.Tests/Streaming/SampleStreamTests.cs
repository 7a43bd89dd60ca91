using Hone.Data.Readers;
using Hone.Data.Rendering;
using Hone.Data.Sources;
using Hone.Data.Streaming;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Tests.Streaming;

/// <summary>What a stream yields is a function of files, options and seed, wherever it starts.</summary>
public sealed class SampleStreamTests : IDisposable
{
    private const int Rows = 60;

    private readonly TemporaryFolder folder = new();
    private readonly string data;

    public SampleStreamTests() => data = folder.Write("rows.jsonl", string.Join('\n', Enumerable.Range(1, Rows).Select(Row)) + "\n");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void A_pass_yields_every_row_once_in_an_order_of_its_own(int buffer)
    {
        var first = Shuffled(buffer, pass: 0);
        Assert.Equal(Enumerable.Range(1, Rows), first.Order());
        Assert.Equal(first, Shuffled(buffer, pass: 0));
        if (buffer == 1) Assert.Equal(Enumerable.Range(1, Rows), first);
        else Assert.NotEqual(first, Shuffled(buffer, pass: 1));

        // No row can come before it was read.
        Assert.All(first.Select((row, place) => row - place), ahead => Assert.InRange(ahead, -Rows, buffer));
    }

    [Fact]
    public void Unshuffled_micro_batches_are_the_rows_in_the_order_of_the_file_again_and_again()
    {
        using var stream = Open(new StreamOptions { BatchSize = 7 });
        stream.Start(StreamPosition.Start);
        var rows = Take(stream, 3 * 9).SelectMany(b => b.Ids.Chunk(3).Select(ids => ids[1])).ToArray();
        Assert.Equal(Enumerable.Repeat(Usable, 3).SelectMany(r => r), rows);
    }

    public static TheoryData<int, int, int> Layouts() => new() { { 1, 0, 0 }, { 4, 0, 16 }, { 1, 16, 16 }, { 2, 32, 1000 }, { 3, 16, 5 } };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_stream_that_starts_anywhere_goes_on_as_one_that_came_there(int batch, int packing, int buffer)
    {
        var options = new StreamOptions { BatchSize = batch, PackingLength = packing, ShuffleBufferSize = buffer, Seed = 5, Strict = false };
        using var whole = Open(options);
        whole.Start(StreamPosition.Start);
        var expected = Take(whole, 150 / batch);
        for (var i = 0; i < expected.Count; i += 3)
        {
            using var again = Open(options);
            again.Start(expected[i].Before);
            var rest = Take(again, Math.Min(expected.Count - i, 40 / batch) + expected[i].Before.MicroBatch).Skip(expected[i].Before.MicroBatch).ToList();
            foreach (var (a, b) in expected.Skip(i).Zip(rest))
            {
                Assert.Equal(a.Ids, b.Ids);
                Assert.Equal(a.Before, b.Before);
                Assert.Equal(a.After, b.After);
            }
        }
    }

    [Fact]
    public void A_file_that_changed_before_the_place_is_noticed_and_one_that_changed_behind_it_is_not()
    {
        var options = new StreamOptions { ShuffleBufferSize = 4, Seed = 1 };
        using var whole = Open(options);
        whole.Start(StreamPosition.Start);
        var place = Take(whole, 30)[^1].Before;
        var lines = File.ReadAllLines(data);

        // The row at the end has not been read at this place.
        File.WriteAllLines(data, [.. lines[..^1], Row(99)]);
        using var unharmed = Open(options);
        unharmed.Start(place);
        Assert.Equal(Take(whole, 1)[0].Ids.Length, Take(unharmed, 1)[0].Ids.Length);

        File.WriteAllLines(data, [Row(99), .. lines[1..]]);
        using var changed = Open(options);
        changed.Start(place);
        Assert.Contains("not those that the checkpoint was made with", Assert.Throws<HoneException>(changed.Next).Message);

        File.WriteAllLines(data, lines[..10]);
        using var shorter = Open(options);
        shorter.Start(place);
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(shorter.Next).ExitCode);

        // The row that stood at the place is gone, and all behind it.
        File.WriteAllLines(data, lines[..(int)place.Rows]);
        using var cut = Open(options);
        cut.Start(place);
        Assert.Contains("not those that the checkpoint was made with", Assert.Throws<HoneException>(cut.Next).Message);
    }

    [Fact]
    public void Rows_that_cannot_be_used_are_counted_and_named()
    {
        File.WriteAllLines(data, [Row(1), "broken", Row(2), """{"input_ids":[1,2,3,4,5,6,7,8,9],"labels":[1,2,3,4,5,6,7,8,9]}""", Row(4)]);
        using var stream = Open(new StreamOptions(), maxLength: 8);
        stream.Start(StreamPosition.Start);
        var batches = Take(stream, 3);
        Assert.Equal(new StreamTotals(5, 3, 9, 6, 1, 1, 0), batches[^1].After);
        Assert.Equal(["rows.jsonl:2", "rows.jsonl:4"], batches.SelectMany(b => b.LeftOut).Select(r => Path.GetFileName(r.Location.ToString())));
    }

    [Fact]
    public void A_strict_stream_ends_at_the_first_row_that_cannot_be_used()
    {
        File.WriteAllLines(data, [Row(1), Row(2), "broken", Row(4)]);
        using var stream = Open(new StreamOptions { Strict = true });
        stream.Start(StreamPosition.Start);
        Take(stream, 2);
        var error = Assert.Throws<HoneException>(stream.Next);
        Assert.Equal(ExitCode.Data, error.ExitCode);
        Assert.EndsWith("rows.jsonl:3", error.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("broken\n")]
    public void A_stream_without_a_row_that_can_be_used_is_an_error(string content)
    {
        File.WriteAllText(data, content);
        using var stream = Open(new StreamOptions());
        stream.Start(StreamPosition.Start);
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => Take(stream, 1)).ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_endless_stream_is_read_ahead_so_far_and_no_farther(bool usable)
    {
        var read = 0;
        var tokenizing = new RowTokenizing(_ => usable ? new RowOutcome(new TokenizedRow([1, 2, 3], [0, 1, 1], []), null, null) : RowOutcome.Rejected("useless"), threads: 3);
        using var stream = new SampleStream(Endless, tokenizing, () => new WindowAccount(new DatasetOptions(), null), new StreamOptions { BatchSize = 2, ShuffleBufferSize = 50 }, "endless");
        stream.Start(StreamPosition.Start);
        if (!usable)
        {
            Assert.Contains("None of the", Assert.Throws<HoneException>(() => Take(stream, 1)).Message);
            Assert.InRange(read, 100_000, 150_000);
            return;
        }

        Take(stream, 1);
        for (var last = -1; last != read; Thread.Sleep(100)) last = read;
        Assert.InRange(read, 0, (SampleStream.TokensAhead / 3) + 100 + tokenizing.RowsAhead);

        IEnumerable<JsonRow> Endless()
        {
            for (; ; read++) yield return new JsonRow(new RowLocation("pipe", read), default, "no JSON here");
        }
    }

    [Fact]
    public void Packs_of_streamed_alpaca_rows_are_at_least_97_percent_full()
    {
        var model = SharedData.PathOf("tokenizers/qwen2.5");
        var tokenizer = Tokenizer.Load(model);
        var template = ChatTemplate.FromFile(SharedData.PathOf("templates/qwen2.5.jinja"), model);
        var loader = new DatasetLoader(tokenizer, template, tokenizer.StopIds([]), new DatasetOptions { MaxLength = 2048 });
        using var stream = loader.Stream(RowSources.Of(SharedData.PathOf("datasets/alpaca_5k.json")), new StreamOptions { PackingLength = 2048, ShuffleBufferSize = 1000 }, model);
        stream.Start(StreamPosition.Start);
        var (packs, tokens) = (0, 0L);
        while (packs < 256)
        {
            var window = stream.Next();
            packs += window.MicroBatchCount;
            tokens += window.Tokens;
        }

        var efficiency = tokens / (2048.0 * packs);
        TestContext.Current.TestOutputHelper?.WriteLine($"{packs} packs, {efficiency:P2}");
        Assert.InRange(efficiency, 0.97, 1);
    }

    private static int[] Usable { get; } = [.. Enumerable.Range(1, Rows)];

    private static string Row(int number) => $$"""{"input_ids":[7,{{number}},9],"labels":[-100,{{number}},9]}""";

    private int[] Shuffled(int buffer, int pass) =>
        [.. ShuffleBuffer.Shuffle(DataFiles.Read(data), buffer, 3, pass).Select(r => r.Json.GetProperty("input_ids")[1].GetInt32())];

    private SampleStream Open(StreamOptions options, int maxLength = 16) =>
        new DatasetLoader(null, null, [], new DatasetOptions { VocabularySize = 200, MaxLength = maxLength }).Stream(RowSources.Of(data), options, null);

    /// <summary>The next micro-batches, each with the place before it and what was read when its window was complete.</summary>
    private static List<Taken> Take(SampleStream stream, int count)
    {
        var taken = new List<Taken>();
        var batch = new MicroBatch(4096);
        while (taken.Count < count)
        {
            var window = stream.Next();
            for (var i = 0; i < window.MicroBatchCount; i++)
            {
                window.Fill(i, batch);
                taken.Add(new Taken(batch.Ids[..batch.TokenCount], window.Before(i), window.After, i == 0 ? window.LeftOut : []));
            }
        }

        return taken;
    }

    private sealed record Taken(int[] Ids, StreamPosition Before, StreamTotals After, IReadOnlyList<RowError> LeftOut);
}
