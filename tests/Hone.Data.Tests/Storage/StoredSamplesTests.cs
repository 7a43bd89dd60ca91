using FsCheck;
using FsCheck.Fluent;
using Hone.Data.Packing;
using Hone.Data.Storage;
using Hone.Testing;

namespace Hone.Data.Tests.Storage;

/// <summary>Samples that went through a file are the samples that went in, bit for bit.</summary>
public sealed class StoredSamplesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(20_000)]
    public void Samples_come_back_as_they_were_whether_they_fit_in_memory_or_not(int count)
    {
        var samples = Samples(count).ToList();
        using var stored = Store(samples);
        Assert.Equal(count > 1000, Directory.Exists(folder.PathOf("cache")));
        Assert.Equal(count, stored.Count);
        var order = Enumerable.Range(0, count).ToArray();
        new Random(5).Shuffle(order);
        foreach (var i in order) AssertSame(samples[i], stored[i]);
        Assert.Equal(samples.Select(s => SampleSize.Of(s.LossWeights)), Enumerable.Range(0, count).Select(stored.SizeOf));
    }

    [Fact]
    public void A_micro_batch_of_stored_samples_is_that_of_samples_in_memory()
    {
        var samples = Samples(20_000).ToList();
        using var stored = Store(samples);
        var plan = EpochPlan.Create(samples.Select(s => s.Ids.Length).ToArray(), new EpochPlanOptions { PackingLength = 4096, Seed = 3 }, 0);
        var (a, b) = (new MicroBatch(4096), new MicroBatch(4096));
        for (var i = 0; i < plan.MicroBatchCount; i += 7)
        {
            plan.Fill(i, stored, a);
            plan.Fill(i, SampleList.Of(samples), b);
            Assert.Equal(b.Ids, a.Ids);
            Assert.Equal(b.Weights, a.Weights);
            Assert.Equal(b.SegmentRows, a.SegmentRows);
            Assert.Equal(b.WeightSum, a.WeightSum);
        }
    }

    [Fact]
    public void A_part_reads_the_samples_that_it_names()
    {
        var samples = Samples(50).ToList();
        using var stored = Store(samples);
        var part = stored.Part([7, 3, 49]);
        AssertSame(samples[49], part[2]);
        Assert.Equal([.. samples[3].Ids], part.ElementAt(1).Ids);
        Assert.Equal(samples[7].LearnedCount, part.SizeOf(0).Learned);
    }

    [Fact]
    public void Weights_of_any_bits_are_kept() => Prop.ForAll((from weights in ArbMap.Default.GeneratorFor<float>().NonEmptyListOf() select weights.ToArray()).ToArbitrary(), weights =>
    {
        var sample = new TokenizedSample([.. weights.Select(BitConverter.SingleToInt32Bits)], weights, 1);
        AssertSame(sample, Store([sample])[0]);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_file_that_is_read_whole_is_not_held_whole()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what is resident of a file.");
        var (ids, weights) = (new int[4096], new float[4096]);
        var samples = Enumerable.Range(0, 4000).Select(i => new TokenizedSample(ids, weights, i));
        using var stored = Store(samples);
        var batch = new MicroBatch(4096);
        var before = ResidentOfFiles();
        var most = 0L;
        for (var i = 0; i < stored.Count; i++)
        {
            batch.Clear();
            stored.AppendTo(batch, i);
            if (i % 50 == 0) most = Math.Max(most, ResidentOfFiles());
        }

        // 64 MB were read.
        Assert.InRange(most - before, 0, 1 << 20);
    }

    [Fact]
    public void Locations_are_kept_with_their_files()
    {
        var locations = new RowLocations();
        foreach (var location in Locations()) locations.Add(location);
        Assert.Equal(Locations(), locations);
        Assert.Equal(20_000, locations.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => locations[20_000]);

        static IEnumerable<RowLocation> Locations() => Enumerable.Range(0, 20_000).Select(i => new RowLocation($"file{i % 3}.jsonl", i));
    }

    private static long ResidentOfFiles() => 1024 * long.Parse(File.ReadLines("/proc/self/status")
        .Single(l => l.StartsWith("RssFile:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]);

    private StoredSamples Store(IEnumerable<TokenizedSample> samples)
    {
        using var writer = new SampleWriter(() => CacheFolder.OpenNew(folder.PathOf("cache"), "samples", anonymous: true));
        foreach (var sample in samples) writer.Add(sample, SampleSize.Of(sample.LossWeights));
        return writer.Close();
    }

    private static IEnumerable<TokenizedSample> Samples(int count)
    {
        var random = new Random(11);
        for (var i = 0; i < count; i++)
        {
            var length = 1 + random.Next(i % 100 == 0 ? 2000 : 200);
            var border = random.Next(length);
            int[] ids = [.. Enumerable.Range(0, length).Select(_ => random.Next(151_643))];
            float[] weights = [.. Enumerable.Range(0, length).Select(t => t < border ? 0 : i % 5 == 0 ? random.NextSingle() : 1)];
            yield return new TokenizedSample(ids, weights, i * 3);
        }
    }

    private static void AssertSame(TokenizedSample expected, TokenizedSample actual)
    {
        Assert.Equal(expected.Row, actual.Row);
        Assert.Equal(expected.Ids, actual.Ids);
        Assert.Equal(expected.LossWeights.Select(BitConverter.SingleToInt32Bits), actual.LossWeights.Select(BitConverter.SingleToInt32Bits));
    }
}
