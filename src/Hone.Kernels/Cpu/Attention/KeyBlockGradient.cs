using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// Backward attention of one query head and one block of keys: walks over the queries that see the block, adds to their dq, and
/// leaves its share of dk and dv in memory of its own. Probabilities are made once for all three gradients. Whoever calls it
/// goes through the blocks of a segment in order, so that every element of dq is added to in the order of the keys.
/// </summary>
internal readonly unsafe struct KeyBlockGradient<TWidth, V>(AttentionBlocks blocks, AttentionOperands x, Tensor dq)
    where TWidth : struct, IVectorWidth<V>
    where V : struct
{
    /// <param name="thread">Picks scratch memory.</param>
    /// <param name="head">Query head.</param>
    /// <param name="start">Start of the segment.</param>
    /// <param name="end">Its end.</param>
    /// <param name="key">First key of the block, within the segment.</param>
    /// <param name="partial">The share of dk and dv, overwritten.</param>
    public void Run(int thread, int head, int start, int end, int key, float* partial)
    {
        const int Keys = AttentionBlocks.Keys;
        var keys = Math.Min(Keys, end - key);
        var column = head * blocks.Shape.KeyValueHeads / blocks.Shape.Heads * blocks.Size;
        blocks.Turn(x.K, key, column, keys, blocks.TurnedKeys(thread));
        blocks.Turn(x.V, key, column, keys, blocks.TurnedValues(thread));
        blocks.CopyRows(x.K, key, column, keys, blocks.KeyRows(thread));
        new Span<float>(partial, blocks.PartialSize).Clear();
        var last = blocks.LastQuery(key + keys - 1, end);
        for (var query = key; query < last; query += AttentionBlocks.QueryRows)
            Block(thread, head, query, Math.Min(AttentionBlocks.QueryRows, last - query), key, keys, start, partial);
    }

    private void Block(int thread, int head, int query, int rows, int key, int keys, int start, float* partial)
    {
        const int Keys = AttentionBlocks.Keys;
        var width = blocks.Width;
        float* queries = blocks.Queries(thread), outputs = blocks.Gradients(thread), sums = blocks.Sums(thread);
        float* scores = blocks.Scores(thread), gradients = blocks.ScoreGradients(thread);
        blocks.CopyRows(x.Q, query, head * blocks.Size, rows, queries);
        blocks.CopyRows(x.DOutput, query, head * blocks.Size, rows, outputs);
        BlockProduct.Multiply<TWidth, V>(queries, width, 1, blocks.TurnedKeys(thread), Keys, scores, Keys, rows, keys, blocks.Size, add: false,
            Triangle.Output, query - key);
        BlockProduct.Multiply<TWidth, V>(outputs, width, 1, blocks.TurnedValues(thread), Keys, gradients, Keys, rows, keys, blocks.Size,
            add: false, Triangle.Output, query - key);
        blocks.Probabilities(scores, gradients, x.LogSumExp, x.Delta, head, query, rows, key, keys, start);
        BlockProduct.Multiply<TWidth, V>(gradients, 1, Keys, queries, width, partial, width, keys, blocks.Size, rows, add: true,
            Triangle.TurnedLeft, query - key);
        BlockProduct.Multiply<TWidth, V>(scores, 1, Keys, outputs, width, partial + blocks.PartialSize / 2, width, keys, blocks.Size, rows,
            add: true, Triangle.TurnedLeft, query - key);
        BlockProduct.Multiply<TWidth, V>(gradients, Keys, 1, blocks.KeyRows(thread), width, sums, width, rows, blocks.Size, keys, add: false,
            Triangle.Left, query - key);
        for (var i = 0; i < rows; i++)
        {
            var to = dq.F32 + (nint)(query + i) * dq.Stride + head * blocks.Size;
            for (var d = 0; d < blocks.Size; d += Vectors.Lanes)
            {
                var n = blocks.Size - d;
                Vectors.Store(Vectors.Load(to + d, n) + Vector256.Load(sums + i * width + d), to + d, n);
            }
        }
    }
}
