using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// dq: an item is one head and a block of queries of one segment; it walks over the blocks of keys.
/// dq = scale·Σ ds·k, ds = p·(dOut·v − delta).
/// </summary>
internal readonly unsafe struct AttentionQueryGradientJob<TWidth, V>(AttentionBlocks blocks, AttentionOperands x, int* starts,
    int queryBlocks, Tensor dq) : ITeamJob
    where TWidth : struct, IVectorWidth<V>
    where V : struct
{
    public void Execute(int item, int thread)
    {
        var head = item % blocks.Shape.Heads;
        AttentionBlocks.Find(starts, AttentionBlocks.QueryRows, queryBlocks - 1 - item / blocks.Shape.Heads, out var start, out var end,
            out var query);
        var rows = Math.Min(AttentionBlocks.QueryRows, end - query);
        var sums = blocks.Sums(thread);
        blocks.CopyRows(x.Q, query, head * blocks.Size, rows, blocks.Queries(thread));
        blocks.CopyRows(x.DOutput, query, head * blocks.Size, rows, blocks.Gradients(thread));
        new Span<float>(sums, rows * blocks.Width).Clear();
        for (var key = blocks.FirstKey(query, start); key < query + rows; key += AttentionBlocks.Keys)
            Block(thread, head, query, rows, key, Math.Min(AttentionBlocks.Keys, query + rows - key), start);
        for (var i = 0; i < rows; i++)
        {
            var to = dq.F32 + (nint)(query + i) * dq.Stride + head * blocks.Size;
            new ReadOnlySpan<float>(sums + i * blocks.Width, blocks.Size).CopyTo(new Span<float>(to, blocks.Size));
        }
    }

    private void Block(int thread, int head, int query, int rows, int key, int keys, int start)
    {
        const int Keys = AttentionBlocks.Keys;
        var width = blocks.Width;
        var column = head * blocks.Shape.KeyValueHeads / blocks.Shape.Heads * blocks.Size;
        var first = Math.Max(0, key - query);
        var seeing = blocks.LastQuery(key + keys - 1, query + rows) - query - first;
        var count = Math.Min(rows - first, BlockProduct.PaddedRows(seeing));
        if (count <= 0) return;
        blocks.Turn(x.K, key, column, keys, blocks.TurnedKeys(thread));
        blocks.Turn(x.V, key, column, keys, blocks.TurnedValues(thread));
        blocks.CopyRows(x.K, key, column, keys, blocks.KeyRows(thread));
        var scores = blocks.Scores(thread) + first * Keys;
        var gradients = blocks.ScoreGradients(thread) + first * Keys;
        BlockProduct.Multiply<TWidth, V>(blocks.Queries(thread) + first * width, width, 1, blocks.TurnedKeys(thread), Keys, scores, Keys,
            count, keys, blocks.Size, add: false);
        BlockProduct.Multiply<TWidth, V>(blocks.Gradients(thread) + first * width, width, 1, blocks.TurnedValues(thread), Keys, gradients,
            Keys, count, keys, blocks.Size, add: false);
        blocks.Probabilities(scores, gradients, x.LogSumExp, x.Delta, head, query + first, count, key, keys, start);
        BlockProduct.Multiply<TWidth, V>(gradients, Keys, 1, blocks.KeyRows(thread), width, blocks.Sums(thread) + first * width, width, count,
            blocks.Size, keys, add: true);
    }
}
