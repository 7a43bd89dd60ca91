using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// Forward attention: an item is one head and a few blocks of queries of one segment. It walks over the blocks of keys with an online
/// softmax (Milakov and Gimelshein 2018; Dao et al. 2022) and writes its rows of the output and of the log-sum-exp.
/// </summary>
internal readonly unsafe struct AttentionForwardJob<TWidth, V>(AttentionBlocks blocks, Tensor q, Tensor k, Tensor v, int* starts,
    int items, int keyOffset, Tensor output, Tensor logSumExp) : ITeamJob
    where TWidth : struct, IVectorWidth<V>
    where V : struct
{
    private const int Rows = AttentionBlocks.Rows;

    public void Execute(int item, int thread)
    {
        // The last queries have the most keys; they go first so that threads end together.
        var head = item % blocks.Shape.Heads;
        AttentionBlocks.Find(starts, AttentionBlocks.QueryRows, items - 1 - item / blocks.Shape.Heads, out var start, out var end, out var query);
        var rows = Math.Min(AttentionBlocks.QueryRows, end - query);
        for (var row = 0; row < rows; row += Rows)
        {
            blocks.Turn(q, query + row, head * blocks.Size, Math.Min(Rows, rows - row), blocks.Queries(thread, row / Rows));
            new Span<float>(blocks.Sums(thread, row / Rows), Rows * blocks.Width).Clear();
        }

        new Span<float>(blocks.Largest(thread), AttentionBlocks.QueryRows).Fill(OnlineSoftmax<TWidth, V>.Lowest);
        new Span<float>(blocks.Totals(thread), AttentionBlocks.QueryRows).Clear();

        // With a cache, query 0 stands at key keyOffset.
        var position = query + keyOffset;
        var column = head * blocks.Shape.KeyValueHeads / blocks.Shape.Heads * blocks.Size;
        for (var key = blocks.FirstKey(position, start); key < position + rows; key += Rows)
        {
            var keys = Math.Min(Rows, position + rows - key);
            blocks.CopyRows<TWidth, V>(k, key, column, keys, blocks.Keys(thread));
            blocks.CopyRows<TWidth, V>(v, key, column, keys, blocks.Values(thread));
            for (var row = 0; row < rows; row += Rows)
                Block(thread, row / Rows, position + row, Math.Min(Rows, rows - row), key, keys, start);
        }

        for (var row = 0; row < rows; row++) Finish(thread, head, query, row);
    }

    private void Block(int thread, int block, int position, int rows, int key, int keys, int start)
    {
        // Queries before the first key and behind the window see nothing of this block; they are left out by whole tiles.
        const int Tile = BlockProduct.MaxTileColumns;
        keys = Math.Min(keys, position + rows - key);
        var first = Math.Max(0, key - position) / Tile * Tile;
        var count = blocks.LastQuery(key + keys - 1, position + rows) - position - first;
        if (keys <= 0 || count <= 0) return;
        // Rows of a tile behind the window would take along what an older block left; the whole block gives them zeros.
        count = count < rows - first ? Rows - first : BlockProduct.PaddedColumns(count);
        float* scores = blocks.Scores(thread) + first, sums = blocks.Sums(thread, block) + first * blocks.Width;
        var offset = position + first - key;
        BlockProduct.Multiply<TWidth, V>(blocks.Keys(thread), blocks.Width, 1, blocks.Queries(thread, block) + first, Rows, scores, Rows, keys,
            count, blocks.Size, add: false, Triangle.TurnedOutput, offset);
        var statistics = block * Rows + first;
        var softmax = new OnlineSoftmax<TWidth, V>(blocks, scores, sums, blocks.Largest(thread) + statistics, blocks.Totals(thread) + statistics);
        softmax.Run(count, position + first, key, keys, start);
        BlockProduct.Multiply<TWidth, V>(scores, 1, Rows, blocks.Values(thread), blocks.Width, sums, blocks.Width, count, blocks.Size, keys,
            add: true, Triangle.Left, offset);
    }

    private void Finish(int thread, int head, int query, int row)
    {
        var sum = blocks.Sums(thread, row / Rows) + row % Rows * blocks.Width;
        var total = blocks.Totals(thread)[row];
        var to = output.F32 + (nint)(query + row) * output.Stride + head * blocks.Size;
        var factor = TWidth.Broadcast(1 / total);
        for (var d = 0; d < blocks.Size; d += TWidth.Lanes)
            TWidth.Store(TWidth.Multiply(TWidth.Load(sum + d), factor), to + d, blocks.Size - d);
        if (logSumExp.IsEmpty) return;
        logSumExp.F32[(nint)(query + row) * logSumExp.Stride + head] =
            MathF.FusedMultiplyAdd(blocks.Largest(thread)[row], Vectors.LogOfTwo, MathF.Log(total));
    }
}
