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
        BlockProduct.Multiply<TWidth, V>(queries, blocks.Width, 1, turned, AttentionBlocks.Keys, scores, AttentionBlocks.Keys, count, keys,
            blocks.Size, add: false);
        for (var i = 0; i < count; i++)
        {
            blocks.Visible(position + first + i, key, keys, start, out var low, out var high);
            Row(scores + i * AttentionBlocks.Keys, sums + i * blocks.Width, blocks.Largest(thread) + first + i,
                blocks.Totals(thread) + first + i, low, high);
        }

        BlockProduct.Multiply<TWidth, V>(scores, AttentionBlocks.Keys, 1, values, blocks.Width, sums, blocks.Width, count, blocks.Size, keys,
            add: true);
    }

    /// <summary>Scores to exp(score − largest); what was summed under an older largest is scaled down.</summary>
    private void Row(float* scores, float* sum, float* largest, float* total, int low, int high)
    {
        new Span<float>(scores, low).Fill(float.NegativeInfinity);
        new Span<float>(scores + high, AttentionBlocks.Keys - high).Fill(float.NegativeInfinity);
        if (low == high)
        {
            new Span<float>(scores, AttentionBlocks.Keys).Clear();
            return;
        }

        var most = Vector256.Load(scores);
        for (var j = Vectors.Lanes; j < high; j += Vectors.Lanes) most = Vector256.Max(most, Vector256.Load(scores + j));
        var now = MathF.Max(*largest, Vectors.Max(most) * blocks.Shape.Scale);
        var kept = Vectors.Exp(*largest - now);
        var (scale, offset) = (Vector256.Create(blocks.Shape.Scale), Vector256.Create(-now));
        var (lower, upper) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (var j = 0; j < AttentionBlocks.Keys; j += Vectors.SumLanes)
        {
            var p = Vectors.Exp(Vector256.FusedMultiplyAdd(Vector256.Load(scores + j), scale, offset));
            p.Store(scores + j);
            lower += p;
            p = Vectors.Exp(Vector256.FusedMultiplyAdd(Vector256.Load(scores + j + Vectors.Lanes), scale, offset));
            p.Store(scores + j + Vectors.Lanes);
            upper += p;
        }

        *total = MathF.FusedMultiplyAdd(*total, kept, Vectors.Sum(lower, upper));
        *largest = now;
        if (kept == 1) return;
        for (var i = 0; i < blocks.Width; i += Vectors.Lanes) (Vector256.Load(sum + i) * kept).Store(sum + i);
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
