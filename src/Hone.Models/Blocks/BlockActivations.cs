using Hone.Tensors;

namespace Hone.Models.Blocks;

/// <summary>
/// What one block saves for its backward pass, or needs while it runs forward. Normed inputs and the activation of the
/// feed-forward layer are not kept: they cost little to compute again and are as large as everything else together.
/// </summary>
internal sealed class BlockActivations
{
    /// <summary>Takes the buffers of a block for up to T tokens.</summary>
    /// <param name="ledger">Where the memory comes from.</param>
    /// <param name="purpose">Line of the memory plan.</param>
    /// <param name="blocks">The blocks that will use it in turn; all have the same widths, the largest rank decides.</param>
    /// <param name="tokens">T.</param>
    public BlockActivations(BufferLedger ledger, string purpose, IReadOnlyList<DecoderBlock> blocks, int tokens)
    {
        var block = blocks[0];
        var (q, kv) = (block.Query.Outputs, block.Key.Outputs);
        Rstd1 = ledger.Take(purpose, tokens, 1);
        QueryKeyValue = ledger.Take(purpose, tokens, q + 2 * kv);
        AttentionOutput = ledger.Take(purpose, tokens, q);
        LogSumExp = ledger.Take(purpose, tokens, block.Shape.Heads);
        Middle = ledger.Take(purpose, tokens, block.Output.Outputs);
        Rstd2 = ledger.Take(purpose, tokens, 1);
        Gate = ledger.Take(purpose, tokens, block.Gate.Outputs);
        Up = ledger.Take(purpose, tokens, block.Up.Outputs);
        if (block.QueryNorm is not null)
        {
            QueryKeyBeforeNorm = ledger.Take(purpose, tokens, q + kv);
            QueryRstd = ledger.Take(purpose, tokens, block.Shape.Heads);
            KeyRstd = ledger.Take(purpose, tokens, block.Shape.KeyValueHeads);
        }

        U = new Tensor[DecoderBlock.LinearCount];
        for (var i = 0; i < U.Length; i++)
        {
            var rank = blocks.Max(b => b.Linears[i].Lora?.Rank ?? 0);
            if (rank > 0) U[i] = ledger.Take(purpose, tokens, rank);
        }
    }

    /// <summary>1/rms of the block's input [T, 1].</summary>
    public Tensor Rstd1 { get; }

    /// <summary>Queries, keys and values after norm and rotation [T, (H + 2G)·D].</summary>
    public Tensor QueryKeyValue { get; }

    /// <summary>Queries and keys before their norm [T, (H + G)·D]; empty for families without that norm.</summary>
    public Tensor QueryKeyBeforeNorm { get; }

    /// <summary>[T, H], with the norm above.</summary>
    public Tensor QueryRstd { get; }

    /// <summary>[T, G], with the norm above.</summary>
    public Tensor KeyRstd { get; }

    /// <summary>[T, H·D].</summary>
    public Tensor AttentionOutput { get; }

    /// <summary>[T, H].</summary>
    public Tensor LogSumExp { get; }

    /// <summary>Residual stream between attention and feed-forward [T, C].</summary>
    public Tensor Middle { get; }

    /// <summary>1/rms of <see cref="Middle"/> [T, 1].</summary>
    public Tensor Rstd2 { get; }

    /// <summary>Gate before its activation [T, F]; its gradient after the backward pass.</summary>
    public Tensor Gate { get; }

    /// <summary>[T, F]; its gradient after the backward pass.</summary>
    public Tensor Up { get; }

    /// <summary>x·Aᵀ of each adapted linear layer [T, r], in the order of <see cref="DecoderBlock.Linears"/>.</summary>
    public Tensor[] U { get; }
}
