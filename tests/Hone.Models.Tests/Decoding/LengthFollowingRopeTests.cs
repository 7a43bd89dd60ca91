namespace Hone.Models.Tests.Decoding;

/// <summary>Models whose rotary frequencies follow the length of the sequence, against a decoder in double and against the laws of a row.</summary>
public sealed class LengthFollowingRopeTests
{
    // Logits are of the size of 1, and at most six products of at most 176 terms follow one another in three layers: F32's epsilon of 1.2e-7 times √176 times 6.
    private const double Tolerance = 1e-5;

    // The context that the frequencies know; longer sequences have others.
    private const int Context = 8;

    [Theory]
    [InlineData(RopeKind.Dynamic)]
    [InlineData(RopeKind.LongRope)]
    public void A_growing_text_takes_the_frequencies_of_its_length_at_each_step(RopeKind kind)
    {
        using var kernels = GoldenModel.Device("cpu1");
        using var decoder = Decoder.Create(Spec(kind), kernels, 5, trainable: false);
        var ids = Ids(14, 1);
        foreach (var prompt in new[] { 6, 11 })
        {
            // The prompt comes at once, in chunks of its own, then token by token beyond the context.
            var expected = new DoubleDecoder(decoder).Logits(ids, t => Math.Max(prompt, t + 1));
            using var cache = new DecoderCache(decoder, 64, maxChunk: 4);
            for (var length = prompt; length <= ids.Length; length++)
                AssertClose(expected[length - 1], cache.Append(length == prompt ? ids.AsSpan(0, prompt) : ids.AsSpan(length - 1, 1)));

            // LongRoPE has no further frequencies beyond its context; elsewhere it is seen when those of the first piece are kept.
            if (kind == RopeKind.LongRope && prompt > Context) continue;
            var frozen = new DoubleDecoder(decoder).Logits(ids, _ => prompt)[^1];
            Assert.True(frozen.Zip(expected[^1], (a, b) => Math.Abs(a - b)).Max() > 20 * Tolerance);
        }
    }

    [Theory]
    [InlineData(RopeKind.Dynamic)]
    [InlineData(RopeKind.LongRope)]
    public void A_row_is_turned_by_its_own_length_whatever_stands_beside_it(RopeKind kind)
    {
        using var kernels = GoldenModel.Device("cpu2");
        using var decoder = Decoder.Create(Spec(kind), kernels, 5, trainable: false);
        int[] lengths = [6, 12, 8, 9, 6];
        var rows = lengths.Select((n, r) => (r, Ids(n, r), Enumerable.Repeat(1, n).ToArray())).ToList();
        using var packed = new DecoderWorkspace(decoder, new WorkspaceShape(64, 64, Training: false));
        packed.Evaluate(GoldenModel.Pack(rows));
        var together = packed.LastTokenLosses.ToArray();
        var at = 0;
        foreach (var row in rows)
        {
            using var alone = new DecoderWorkspace(decoder, new WorkspaceShape(row.Item2.Length, row.Item2.Length, Training: false));
            alone.Evaluate(GoldenModel.Pack([row]));
            foreach (var loss in alone.LastTokenLosses) Assert.Equal(loss, together[at++], 2e-6f);

            var expected = new DoubleDecoder(decoder).Logits(row.Item2, _ => row.Item2.Length);
            var logits = new float[expected.Length * expected[0].Length];
            packed.Logits(GoldenModel.Pack([row]), logits);
            AssertClose([.. expected.SelectMany(r => r)], logits);
        }

        Assert.Equal(together.Length, at);
    }

    [Theory]
    [InlineData(RopeKind.Dynamic)]
    [InlineData(RopeKind.LongRope)]
    public void A_cache_is_gone_on_from_only_at_the_frequencies_that_its_keys_came_with(RopeKind kind)
    {
        using var kernels = GoldenModel.Device("cpu1");
        using var decoder = Decoder.Create(Spec(kind), kernels, 5, trainable: false);
        using var cache = new DecoderCache(decoder, 64);
        Assert.True(cache.MayGrowTo(60));
        cache.Append(Ids(6, 1));
        Assert.True(cache.MayGrowTo(Context));
        Assert.False(cache.MayGrowTo(Context + 1));
        cache.Append(Ids(3, 2));
        Assert.False(cache.MayGrowTo(Context));
        Assert.False(cache.MayGrowTo(10));
        cache.Truncate(5);
        Assert.False(cache.MayGrowTo(7));
        cache.Truncate(0);
        cache.Append(Ids(12, 1));
        Assert.True(cache.MayGrowTo(12));
        Assert.Equal(kind == RopeKind.LongRope, cache.MayGrowTo(13));
        Assert.False(cache.MayGrowTo(Context));
    }

    [Theory]
    [InlineData(RopeKind.Dynamic)]
    [InlineData(RopeKind.LongRope)]
    public void A_training_step_allocates_no_managed_memory(RopeKind kind)
    {
        using var kernels = GoldenModel.Device("cpu1");
        using var decoder = Decoder.Create(Spec(kind), kernels, 5);
        using var workspace = new DecoderWorkspace(decoder, new WorkspaceShape(64, 64, Training: true));
        var batch = GoldenModel.Pack([.. new[] { 6, 12, 9 }.Select((n, r) => (r, Ids(n, r), Enumerable.Repeat(1, n).ToArray()))]);
        for (var i = 0; i < 3; i++) workspace.Train(batch, 1, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        workspace.Train(batch, 1, 0);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(RopeKind.Dynamic)]
    [InlineData(RopeKind.LongRope)]
    public void Room_in_a_cache_changes_no_rotary_frequency(RopeKind kind)
    {
        using var kernels = GoldenModel.Device("cpu1");
        using var decoder = Decoder.Create(Spec(kind), kernels, 5, trainable: false);
        using var tight = new DecoderCache(decoder, 12);
        using var roomy = new DecoderCache(decoder, 64, maxChunk: 12);
        foreach (var length in new[] { 6, 12, 5 })
        {
            Assert.Equal(tight.Append(Ids(length, 1)).ToArray(), roomy.Append(Ids(length, 1)).ToArray());
            tight.Truncate(0);
            roomy.Truncate(0);
        }
    }

    private static void AssertClose(double[] expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], Tolerance);
    }

    private static DecoderSpec Spec(RopeKind kind) => DecoderSpec.Parse(Configs.Llama(("num_key_value_heads", 2), ("initializer_range", 0.1)), "config.json") with
    {
        MaxPositions = Context,
        RopeScaling = new RopeScaling
        {
            Kind = kind,
            Factor = 4,
            OriginalMaxPositions = Context,
            AttentionScaling = kind == RopeKind.LongRope ? 1.19 : 1,
            ShortFactors = [.. Enumerable.Repeat(1.0, 8)],
            LongFactors = [.. Enumerable.Range(2, 8).Select(i => (double)i)],
        },
    };

    private static int[] Ids(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => (i * 7919 + seed * 31 + i * i) % 320)];
}
