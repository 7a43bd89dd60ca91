using Hone.Models;
using Hone.Tensors;

namespace Hone.Inference;

/// <summary>Why an answer ended.</summary>
public enum StopReason
{
    /// <summary>A stop token came.</summary>
    StopToken,

    /// <summary>The limit on new tokens, or the end of the context, was reached.</summary>
    Length,

    /// <summary>The caller cancelled.</summary>
    Cancelled,

    /// <summary>A stop word came.</summary>
    StopWord,

    /// <summary>There was no memory for a longer answer.</summary>
    Memory,
}

/// <summary>An answer as tokens.</summary>
/// <param name="Tokens">The new tokens, a stop token included when one came.</param>
/// <param name="Reason">Why it ended.</param>
public sealed record GenerationResult(IReadOnlyList<int> Tokens, StopReason Reason);

/// <summary>
/// Continues token sequences with a decoder. It keeps the keys and values of the last call, so that the next turn of a chat
/// only pays for what is new.
/// </summary>
public sealed class TextGenerator : IDisposable
{
    private readonly DecoderCache cache;
    private readonly List<int> cached = [];
    private readonly float[] logits;

    /// <summary>Makes the cache, which grows with what is in it.</summary>
    /// <param name="decoder">The model; it must outlive the generator.</param>
    /// <param name="capacity">Most tokens of prompt and answer together.</param>
    /// <param name="freeBytes">How much more memory the cache may take beside the bytes that it holds, asked each time before it takes more; null for any.</param>
    public TextGenerator(Decoder decoder, int capacity, Func<long, long>? freeBytes = null)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        cache = new DecoderCache(decoder, capacity, freeBytes: freeBytes);
        logits = new float[decoder.Spec.VocabularySize];
    }

    /// <summary>Continues a prompt.</summary>
    /// <param name="prompt">Token ids, at least one.</param>
    /// <param name="options">How to choose.</param>
    /// <param name="onToken">Called with each new token as it comes.</param>
    /// <param name="cancellation">Ends the answer early.</param>
    /// <exception cref="HoneException">The prompt does not fit the context (exit code 2), or the memory (5). Memory that ends within the answer only ends the answer.</exception>
    public GenerationResult Generate(ReadOnlySpan<int> prompt, GenerationOptions options, Action<int>? onToken = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var tokens = new List<int>(prompt.Length + 64);
        tokens.AddRange(prompt);
        Feed(prompt);
        var answer = new List<int>();
        while (true)
        {
            if (cancellation.IsCancellationRequested) return new GenerationResult(answer, StopReason.Cancelled);
            LogitsProcessing.Apply(logits, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tokens), prompt.Length, options);
            var next = options.Temperature <= 0
                ? LogitsProcessing.ArgMax(logits)
                : LogitsProcessing.Draw(logits, CounterRandom.Uniform(options.Seed, CounterRandom.Stream("sample"), (ulong)tokens.Count));
            answer.Add(next);
            tokens.Add(next);
            onToken?.Invoke(next);
            if (options.StopIds.Contains(next)) return new GenerationResult(answer, StopReason.StopToken);
            if (answer.Count >= options.MaxNewTokens || cache.Length >= cache.Capacity) return new GenerationResult(answer, StopReason.Length);
            if (!TryAppend(next)) return new GenerationResult(answer, StopReason.Memory);
            cached.Add(next);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => cache.Dispose();

    /// <summary>Goes on behind a token; false when memory does not allow it, and then nothing has changed.</summary>
    private bool TryAppend(int token)
    {
        try
        {
            cache.Append([token]).CopyTo(logits);
            return true;
        }
        catch (HoneException e) when (e.ExitCode is ExitCode.Memory)
        {
            return false;
        }
    }

    /// <summary>Brings the cache to the prompt, keeping the common beginning.</summary>
    private void Feed(ReadOnlySpan<int> prompt)
    {
        if (prompt.IsEmpty) throw new ArgumentException("an empty prompt", nameof(prompt));
        var common = 0;
        while (common < cached.Count && common < prompt.Length - 1 && cached[common] == prompt[common]) common++;
        if (!cache.MayGrowTo(prompt.Length)) common = 0;
        cache.Truncate(common);
        cached.RemoveRange(common, cached.Count - common);
        cache.Append(prompt[common..]).CopyTo(logits);
        cached.AddRange(prompt[common..]);
    }
}
