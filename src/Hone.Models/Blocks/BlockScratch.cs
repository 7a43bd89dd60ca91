using Hone.Tensors;

namespace Hone.Models.Blocks;

/// <summary>Buffers that all blocks share, one block at a time; nothing in them outlives the pass of a block.</summary>
internal sealed class BlockScratch
{
    /// <summary>Takes the buffers.</summary>
    /// <param name="ledger">Where the memory comes from.</param>
    /// <param name="normed">[T, C], which the final norm uses too.</param>
    /// <param name="normedGradient">[T, C], likewise; empty without a backward pass.</param>
    /// <param name="blocks">All blocks; the widest decides.</param>
    /// <param name="shape">Tokens, targets, and whether there is a backward pass.</param>
    public BlockScratch(BufferLedger ledger, Tensor normed, Tensor normedGradient, IReadOnlyList<DecoderBlock> blocks, WorkspaceShape shape)
    {
        const string Purpose = "scratch";
        var (first, tokens) = (blocks[0], shape.MaxTokens);
        var (q, f) = (first.Query.Outputs, first.Gate.Outputs);
        (Normed, NormedGradient) = (normed, normedGradient);
        Activated = ledger.Take(Purpose, tokens, f);
        TargetAttention = ledger.Take(Purpose, shape.MaxTargets, q);
        var linears = blocks.SelectMany(b => b.Linears).Where(l => l.Lora is not null).ToList();
        var rank = linears.Select(l => l.Lora!.Rank).DefaultIfEmpty(0).Max();
        var dropped = linears.Where(l => l.Lora!.DropoutProbability > 0).Select(l => l.Inputs).DefaultIfEmpty(0).Max();
        var uGradient = shape.Training && rank > 0 ? ledger.Take(Purpose, tokens, rank) : default;
        LowRank = new LowRankScratch(uGradient, shape.Training && dropped > 0 ? ledger.Take(Purpose, tokens, dropped) : default);
        if (!shape.Training) return;
        ActivatedGradient = ledger.Take(Purpose, tokens, f);
        AttentionGradient = ledger.Take(Purpose, tokens, q);
        QueryKeyValueGradient = ledger.Take(Purpose, tokens, q + 2 * first.Key.Outputs);
        Delta = ledger.Take(Purpose, tokens, first.Shape.Heads);
        TargetAttentionGradient = ledger.Take(Purpose, shape.MaxTargets, q);
    }

    /// <summary>Normed input of the current sub-layer [T, C].</summary>
    public Tensor Normed { get; }

    /// <summary>activation(gate) ⊙ up [T, F].</summary>
    public Tensor Activated { get; }

    /// <summary>Attention output of the supervised rows, last block [S, H·D].</summary>
    public Tensor TargetAttention { get; }

    public LowRankScratch LowRank { get; }

    /// <summary>[T, C].</summary>
    public Tensor NormedGradient { get; }

    /// <summary>[T, F].</summary>
    public Tensor ActivatedGradient { get; }

    /// <summary>[T, H·D].</summary>
    public Tensor AttentionGradient { get; }

    /// <summary>[T, (H + 2G)·D].</summary>
    public Tensor QueryKeyValueGradient { get; }

    /// <summary>[T, H].</summary>
    public Tensor Delta { get; }

    /// <summary>[S, H·D].</summary>
    public Tensor TargetAttentionGradient { get; }
}
