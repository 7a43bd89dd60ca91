namespace Hone.Data.Packing;

/// <summary>How the samples of an epoch are laid into micro-batches.</summary>
public sealed record EpochPlanOptions
{
    /// <summary>Rows in a micro-batch; with packing, packs in a micro-batch.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Seed of the order.</summary>
    public ulong Seed { get; init; }

    /// <summary>A new order each epoch; false keeps the rows as they stand.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Tokens that a pack may hold; 0 means one sample a row.</summary>
    public int PackingLength { get; init; }

    /// <summary>
    /// Samples of an optimizer step, when the samples of a micro-batch are to be about equally long: see <see cref="LengthGroups"/>. 0 leaves
    /// the order as it is drawn.
    /// </summary>
    public int GroupByLength { get; init; }
}
