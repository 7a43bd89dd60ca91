namespace Hone.Data.Streaming;

/// <summary>How rows become micro-batches while they are read.</summary>
public sealed record StreamOptions
{
    /// <summary>Rows in a micro-batch; with packing, packs in a micro-batch.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Tokens that a pack may hold; 0 means one sample a row.</summary>
    public int PackingLength { get; init; }

    /// <summary>Rows among which the next one is drawn; 0 keeps the order of the files.</summary>
    public int ShuffleBufferSize { get; init; }

    /// <summary>Seed of the draws.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether the first row that can't be used ends the stream with an error.</summary>
    public bool Strict { get; init; }
}
