using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// Backward attention for one wave: the block of keys number <c>wave</c> of some segments. An item is one segment and one query
/// head; it walks over the queries that see the block, adds to their dq, and leaves its share of dk and dv in
/// <paramref name="partials"/>. Probabilities are made once for all three gradients, and as waves follow each other, every
/// element of dq is added to in the order of the keys.
/// </summary>
internal readonly unsafe struct AttentionGradientJob<TWidth, V>(AttentionBlocks blocks, AttentionOperands x, int* starts, int firstSegment,
    int wave, Tensor dq, float* partials) : ITeamJob
    where TWidth : struct, IVectorWidth<V>
    where V : struct
{
    public void Execute(int item, int thread)
    {
        const int Keys = AttentionBlocks.Keys;
        var (segment, head) = Math.DivRem(item, blocks.Shape.Heads);
        int start = starts[firstSegment + segment], end = starts[firstSegment + segment + 1], key = start + wave * Keys;
        if (key >= end) return;
        var keys = Math.Min(Keys, end - key);
        var column = head * blocks.Shape.KeyValueHeads / blocks.Shape.Heads * blocks.Size;
        blocks.Turn(x.K, key, column, keys, blocks.TurnedKeys(thread));
        blocks.Turn(x.V, key, column, keys, blocks.TurnedValues(thread));
        blocks.CopyRows(x.K, key, column, keys, blocks.KeyRows(thread));
        var partial = partials + item * blocks.PartialSize;
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
