namespace Hone.Models.Tests.Decoding;

/// <summary>The memory of a growing text.</summary>
public sealed class DecoderCacheTests
{
    private static readonly DecoderSpec Spec = DecoderSpec.Parse(Configs.Llama(("max_position_embeddings", 1 << 20)), "config.json");

    [Fact]
    public void Growing_changes_no_bit()
    {
        using var kernels = GoldenModel.Device("cpu2");
        using var decoder = Decoder.Create(Spec, kernels, 5, trainable: false);
        using var growing = new DecoderCache(decoder, 4096);
        using var large = new DecoderCache(decoder, 4096);
        large.Append(Ids(2000));
        large.Truncate(0);
        var taken = large.Bytes;
        int[] pieces = [250, 1, 4, 1, 1, 300, 1, 600];
        foreach (var piece in pieces) Assert.Equal(large.Append(Ids(piece)).ToArray(), growing.Append(Ids(piece)).ToArray());
        Assert.Equal(taken, large.Bytes);
        Assert.Equal(pieces.Sum(), growing.Length);
    }

    [Fact]
    public void Memory_follows_the_text_and_never_the_capacity()
    {
        using var kernels = GoldenModel.Device("cpu1");
        using var decoder = Decoder.Create(Spec, kernels, 5, trainable: false);
        using var cache = new DecoderCache(decoder, 1 << 20);
        // Keys and values of a token: two vectors of the hidden size in each of three layers.
        const int TokenBytes = 2 * 3 * 64 * sizeof(float);
        var scratch = cache.Bytes;
        cache.Append(Ids(10));
        Assert.Equal(256 * TokenBytes, cache.Bytes - scratch);
        cache.Append(Ids(247));
        Assert.Equal(512 * TokenBytes, cache.Bytes - scratch);
        cache.Append(Ids(1000));
        Assert.Equal(1257 * TokenBytes, cache.Bytes - scratch);

        using var small = new DecoderCache(decoder, 12);
        scratch = small.Bytes;
        small.Append(Ids(3));
        Assert.Equal(12 * TokenBytes, small.Bytes - scratch);
    }

    [Fact]
    public void Growing_stops_where_memory_ends_and_the_text_stays()
    {
        using var kernels = GoldenModel.Device("cpu1");
        using var decoder = Decoder.Create(Spec, kernels, 5, trainable: false);
        const int LayerBytes = 2 * 64 * sizeof(float);
        var free = 3L * 256 * LayerBytes;
        using var cache = new DecoderCache(decoder, 4096, freeBytes: _ => free);
        cache.Append(Ids(256));

        // Twice as much does not fit; the smallest growth does, with one layer held twice on the way.
        free = (3L * (320 - 256) + 256) * LayerBytes;
        using var other = new DecoderCache(decoder, 4096);
        other.Append(Ids(256));
        Assert.Equal(other.Append(Ids(44)).ToArray(), cache.Append(Ids(44)).ToArray());

        var error = Assert.Throws<HoneException>(() => cache.Append(Ids(100)).ToArray());
        Assert.Equal(ExitCode.Memory, error.ExitCode);
        Assert.Contains("400 tokens", error.Message, StringComparison.Ordinal);
        Assert.Equal(300, cache.Length);
        cache.Truncate(290);
        other.Truncate(290);
        Assert.Equal(other.Append(Ids(10)).ToArray(), cache.Append(Ids(10)).ToArray());
    }

    [Fact]
    public void Short_memory_is_taken_in_few_steps_and_an_allowance_counts_what_is_held()
    {
        using var kernels = GoldenModel.Device("cpu1");
        using var decoder = Decoder.Create(Spec, kernels, 5, trainable: false);
        const int LayerBytes = 2 * 64 * sizeof(float);
        var (allowance, held) = (0L, new List<long>());
        using var cache = new DecoderCache(decoder, 4096, freeBytes: bytes =>
        {
            held.Add(bytes);
            return allowance - bytes;
        });
        var scratch = cache.Bytes;
        // From 512 rows: 1024 are too many, 800 (half the surplus over the smallest growth) fit beside one layer held twice.
        allowance = scratch + 3000 * LayerBytes;
        cache.Append(Ids(200));
        var error = Assert.Throws<HoneException>(() =>
        {
            while (cache.Length < cache.Capacity) cache.Append([1]);
        });
        Assert.Equal(ExitCode.Memory, error.ExitCode);
        Assert.Equal([0, 3 * 256, 3 * 512, 3 * 800], held.Select(bytes => (bytes - scratch) / LayerBytes));
        Assert.Equal(800, cache.Length);
        Assert.Equal("Room for 864 tokens needs 496.0 KiB more and 300.0 KiB are free.", error.Message);
    }

    [Fact]
    public void The_capacity_is_reached_by_less_than_the_smallest_growth()
    {
        using var kernels = GoldenModel.Device("cpu1");
        using var decoder = Decoder.Create(Spec, kernels, 5, trainable: false);
        const int LayerBytes = 2 * 64 * sizeof(float);
        var free = 3L * 256 * LayerBytes;
        using var cache = new DecoderCache(decoder, 266, freeBytes: _ => free);
        cache.Append(Ids(256));
        free = (3L * 10 + 256) * LayerBytes;
        cache.Append(Ids(10));
        Assert.Equal(266, cache.Length);
    }

    [Fact]
    public void More_than_the_capacity_is_refused()
    {
        using var kernels = GoldenModel.Device("cpu1");
        using var decoder = Decoder.Create(Spec, kernels, 5, trainable: false);
        using var cache = new DecoderCache(decoder, 20);
        cache.Append(Ids(15));
        Assert.Equal(ExitCode.Usage, Assert.Throws<HoneException>(() => cache.Append(Ids(6)).ToArray()).ExitCode);
        cache.Append(Ids(5));
    }

    private static int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => (i * 7919 + i * i) % 320)];
}
