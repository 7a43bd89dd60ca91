using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// Forward attention: an item is one head and a block of queries of one segment. It walks over the blocks of keys with an online
/// softmax (Milakov and Gimelshein 2018; Dao et al. 2022) and writes its rows of the output and of the log-sum-exp.
/// </summary>
internal readonly unsafe struct AttentionForwardJob<TWidth, V>(AttentionBlocks blocks, Tensor q, Tensor k, Tensor v, int* starts,
    int queryBlocks, int keyOffset, Tensor output, Tensor logSumExp) : ITeamJob
    where TWidth : struct, IVectorWidth<V>
    where V : struct
{
    public void Execute(int item, int thread)
    {
        // The last blocks have the most keys; they go first so that threads end together.
        var head = item % blocks.Shape.Heads;
        AttentionBlocks.Find(starts, AttentionBlocks.QueryRows, queryBlocks - 1 - item / blocks.Shape.Heads, out var start, out var end,
            out var query);
        var rows = Math.Min(AttentionBlocks.QueryRows, end - query);
        blocks.CopyRows(q, query, head * blocks.Size, rows, blocks.Queries(thread));
        new Span<float>(blocks.Sums(thread), rows * blocks.Width).Clear();
        new Span<float>(blocks.Largest(thread), rows).Fill(float.NegativeInfinity);
        new Span<float>(blocks.Totals(thread), rows).Clear();

        // With a cache, query 0 stands at key keyOffset.
        var position = query + keyOffset;
        for (var key = blocks.FirstKey(position, start); key < position + rows; key += AttentionBlocks.Keys)
            Block(thread, head, position, rows, key, Math.Min(AttentionBlocks.Keys, position + rows - key), start);
        Finish(thread, head, query, rows);
    }

    private void Block(int thread, int head, int position, int rows, int key, int keys, int start)
    {
        var column = head * blocks.Shape.KeyValueHeads / blocks.Shape.Heads * blocks.Size;

        // Rows before the first key and behind the window see nothing of this block. The last row is rounded up to a
        // whole tile: rows it takes along get probabilities of 0.
        var first = Math.Max(0, key - position);
        var seeing = blocks.LastQuery(key + keys - 1, position + rows) - position - first;
        var count = Math.Min(rows - first, BlockProduct.PaddedRows(seeing));
        if (count <= 0) return;
        float* turned = blocks.TurnedKeys(thread), values = blocks.KeyRows(thread);
        blocks.Turn(k, key, column, keys, turned);
        blocks.CopyRows(v, key, column, keys, values);
        var queries = blocks.Queries(thread) + first * blocks.Width;
        var scores = blocks.Scores(thread) + first * AttentionBlocks.Keys;
        var sums = blocks.Sums(thread) + first * blocks.Width;
        var offset = position + first - key;
        BlockProduct.Multiply<TWidth, V>(queries, blocks.Width, 1, turned, AttentionBlocks.Keys, scores, AttentionBlocks.Keys, count, keys,
            blocks.Size, add: false, Triangle.Output, offset);
        var softmax = new OnlineSoftmax(blocks, scores, sums, blocks.Largest(thread) + first, blocks.Totals(thread) + first);
        softmax.Run(count, position + first, key, keys, start);
        BlockProduct.Multiply<TWidth, V>(scores, AttentionBlocks.Keys, 1, values, blocks.Width, sums, blocks.Width, count, blocks.Size, keys,
            add: true, Triangle.Left, offset);
    }

    private void Finish(int thread, int head, int query, int rows)
    {
        for (var i = 0; i < rows; i++)
        {
            var sum = blocks.Sums(thread) + i * blocks.Width;
            var total = blocks.Totals(thread)[i];
            var to = output.F32 + (nint)(query + i) * output.Stride + head * blocks.Size;
            var factor = 1 / total;
            for (var d = 0; d < blocks.Size; d += Vectors.Lanes) Vectors.Store(Vector256.Load(sum + d) * factor, to + d, blocks.Size - d);
            if (!logSumExp.IsEmpty)
                logSumExp.F32[(nint)(query + i) * logSumExp.Stride + head] = blocks.Largest(thread)[i] + MathF.Log(total);
        }
    }
}
