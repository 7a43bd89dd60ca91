using Hone.Kernels;
using Hone.Models.Blocks;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>
/// Keys and values of one growing text, and the scratch to append tokens to it: generation. The prompt goes in as one
/// piece, then token by token. Memory for keys and values grows with the text, the scratch is taken once. Rotary frequencies that follow the length of
/// the sequence follow what the text has grown to with each call, and keys keep those they came with, as in transformers;
/// room for a longer answer changes nothing.
/// </summary>
public sealed class DecoderCache : IDisposable
{
    /// <summary>Stands for keys that came with different frequencies.</summary>
    private const int MixedLengths = -1;

    private readonly Decoder decoder;
    private readonly IKernels kernels;
    private readonly Arena arena;
    private readonly int maxChunk;
    private readonly KeyValueBuffers store;
    private readonly Tensor ids, positions, cos, sin, hidden, normed, rstd, headRstd, query, attention, gate, up, rank, logits;
    private readonly RotaryRows rotary;
    private readonly float[] cosOnHost, sinOnHost;
    private readonly float[] logitsOnHost;
    private int keysLength;

    /// <summary>Takes the memory.</summary>
    /// <param name="decoder">The model; it must outlive the cache.</param>
    /// <param name="capacity">Most tokens of prompt and answer together.</param>
    /// <param name="maxChunk">Most tokens that go through the model at once.</param>
    /// <param name="freeBytes">How much more memory may be taken beside the bytes that are held, asked each time before more is taken for a longer text; null for any.</param>
    public DecoderCache(Decoder decoder, int capacity, int maxChunk = 256, Func<long, long>? freeBytes = null)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        this.decoder = decoder;
        kernels = decoder.Kernels;
        Capacity = capacity;
        this.maxChunk = Math.Clamp(maxChunk, 1, capacity);
        arena = kernels.CreateArena("key-value cache");
        var (n, spec, block) = (this.maxChunk, decoder.Spec, decoder.Blocks[0]);
        store = new KeyValueBuffers(decoder, capacity, freeBytes is null ? static () => long.MaxValue : () => freeBytes(Bytes));
        ids = arena.Allocate(DType.I32, 1, n);
        positions = arena.Allocate(DType.I32, 1, n);
        cos = arena.Allocate(n, decoder.RotaryPairs);
        sin = arena.Allocate(n, decoder.RotaryPairs);
        rotary = new RotaryRows(spec);
        (cosOnHost, sinOnHost) = (new float[cos.Count], new float[sin.Count]);
        hidden = arena.Allocate(n, spec.HiddenSize);
        normed = arena.Allocate(n, spec.HiddenSize);
        rstd = arena.Allocate(n, 1);
        headRstd = arena.Allocate(n, spec.HeadCount);
        query = arena.Allocate(n, block.Query.Outputs);
        attention = arena.Allocate(n, block.Query.Outputs);
        gate = arena.Allocate(n, block.Gate.Outputs);
        up = arena.Allocate(n, block.Gate.Outputs);
        rank = arena.Allocate(n, Math.Max(1, decoder.Linears.Max(l => l.Lora?.Rank ?? 0)));
        logits = arena.Allocate(1, spec.VocabularySize);
        // The tables have the rows of a chunk, one after the other.
        kernels.Upload<int>(Enumerable.Range(0, n).ToArray(), positions);
        logitsOnHost = new float[spec.VocabularySize];
    }

    /// <summary>Most tokens it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Tokens in it.</summary>
    public int Length { get; private set; }

    /// <summary>Native bytes taken.</summary>
    public long Bytes => arena.ReservedBytes + store.Bytes;

    /// <summary>
    /// Whether a text of so many tokens may go on from what is in the cache. It may not when the length asks for other rotary frequencies
    /// than the cached keys came with: the answer would depend on what was asked before.
    /// </summary>
    public bool MayGrowTo(int length) => Length == 0 || keysLength == RotaryRows.LengthThatCounts(decoder.Spec, length);

    /// <summary>Forgets all tokens after the first <paramref name="length"/>.</summary>
    public void Truncate(int length)
    {
        if ((uint)length > (uint)Length) throw new ArgumentOutOfRangeException(nameof(length));
        Length = length;
    }

    /// <summary>Appends tokens and gives the logits [V] that predict the next one. The span is overwritten by the next call.</summary>
    /// <exception cref="HoneException">There is no room for so many tokens (exit code 2), or no memory (5); the cache is as it was.</exception>
    public ReadOnlySpan<float> Append(ReadOnlySpan<int> tokens)
    {
        if (tokens.IsEmpty) throw new ArgumentException("no tokens to append", nameof(tokens));
        if (tokens.Length > Capacity - Length)
            throw new HoneException(ExitCode.Usage, $"{Length + tokens.Length} tokens do not fit into a context of {Capacity}.", null,
                "Shorten the prompt or raise max_length.");
        var sequence = Length + tokens.Length;
        store.Reserve(sequence, Length);
        var counted = RotaryRows.LengthThatCounts(decoder.Spec, sequence);
        keysLength = Length == 0 || counted == keysLength ? counted : MixedLengths;
        for (var start = 0; start < tokens.Length; start += maxChunk)
        {
            var n = Math.Min(maxChunk, tokens.Length - start);
            Run(tokens.Slice(start, n), sequence, wantLogits: start + n == tokens.Length);
        }

        GC.KeepAlive(this);
        return logitsOnHost;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        store.Dispose();
        arena.Dispose();
    }

    private void Run(ReadOnlySpan<int> tokens, int sequence, bool wantLogits)
    {
        var n = tokens.Length;
        foreach (var id in tokens)
        {
            if ((uint)id >= (uint)decoder.Spec.VocabularySize)
                throw new HoneException(ExitCode.Data, $"Token id {id} is outside the model's vocabulary of {decoder.Spec.VocabularySize}.", null,
                    "Use the tokenizer that belongs to this model.");
        }

        var pairs = decoder.RotaryPairs;
        rotary.Fill(Length, sequence, cosOnHost.AsSpan(0, n * pairs), sinOnHost.AsSpan(0, n * pairs));
        kernels.Upload<float>(cosOnHost.AsSpan(0, n * pairs), cos.SliceRows(0, n));
        kernels.Upload<float>(sinOnHost.AsSpan(0, n * pairs), sin.SliceRows(0, n));
        var (tokenIds, at) = (ids.SliceColumns(0, n), positions.SliceColumns(0, n));
        kernels.Upload(tokens, tokenIds);
        var x = hidden.SliceRows(0, n);
        kernels.Embedding(decoder.EmbeddingTable.Value, tokenIds, x, decoder.Spec.EmbeddingScale);
        for (var i = 0; i < decoder.Blocks.Count; i++) Block(decoder.Blocks[i], i, x, at);
        Length += n;
        if (!wantLogits) return;
        var last = normed.SliceRows(0, 1);
        decoder.FinalNorm.Forward(kernels, x.SliceRows(n - 1, 1), last, rstd.SliceRows(0, 1));
        kernels.Linear(last, decoder.OutputTable.Value, logits, default);
        kernels.Download(logits, logitsOnHost.AsSpan());
    }

    private void Block(DecoderBlock block, int index, Tensor x, Tensor at)
    {
        var n = x.Rows;
        var (y, r, q, o) = (normed.SliceRows(0, n), rstd.SliceRows(0, n), query.SliceRows(0, n), attention.SliceRows(0, n));
        var (key, value) = (store.Keys(index).SliceRows(Length, n), store.Values(index).SliceRows(Length, n));
        block.InputNorm.Forward(kernels, x, y, r);
        Apply(block.Query, y, q);
        Apply(block.Key, y, key);
        Apply(block.Value, y, value);
        block.QueryNorm?.Forward(kernels, q, q, headRstd.SliceRows(0, n).SliceColumns(0, block.Shape.Heads));
        block.KeyNorm?.Forward(kernels, key, key, headRstd.SliceRows(0, n).SliceColumns(0, block.Shape.KeyValueHeads));
        kernels.Rotary(q, at, cos, sin, block.Shape.HeadSize, inverse: false);
        kernels.Rotary(key, at, cos, sin, block.Shape.HeadSize, inverse: false);
        kernels.CachedAttention(q, store.Keys(index).SliceRows(0, Length + n), store.Values(index).SliceRows(0, Length + n), o, block.Shape);
        Apply(block.Output, o, x, x);
        block.MiddleNorm.Forward(kernels, x, y, r);
        var (g, u) = (gate.SliceRows(0, n), up.SliceRows(0, n));
        Apply(block.Gate, y, g);
        Apply(block.Up, y, u);
        kernels.GatedActivation(g, u, g, block.Activation);
        Apply(block.Down, g, x, x);
    }

    private void Apply(LinearLayer layer, Tensor x, Tensor y, Tensor residual = default) =>
        layer.Forward(kernels, x, y, residual, rank, default, dropoutKey: null);
}
