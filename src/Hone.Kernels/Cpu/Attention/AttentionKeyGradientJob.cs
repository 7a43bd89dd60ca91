using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// dk and dv: an item is one key-value head and a block of keys of one segment; it walks over its query heads and the blocks of
/// queries behind, in order. dk = scale·Σ ds·q, dv = Σ p·dOut.
/// </summary>
internal readonly unsafe struct AttentionKeyGradientJob<TWidth, V>(AttentionBlocks blocks, AttentionOperands x, int* starts, Tensor dk,
    Tensor dv) : ITeamJob
    where TWidth : struct, IVectorWidth<V>
    where V : struct
{
    public void Execute(int item, int thread)
    {
        var shape = blocks.Shape;
        var group = shape.Heads / shape.KeyValueHeads;
        var keyHead = item % shape.KeyValueHeads;
        AttentionBlocks.Find(starts, AttentionBlocks.Keys, item / shape.KeyValueHeads, out var start, out var end, out var key);
        var keys = Math.Min(AttentionBlocks.Keys, end - key);
        var column = keyHead * blocks.Size;
        blocks.Turn(x.K, key, column, keys, blocks.TurnedKeys(thread));
        blocks.Turn(x.V, key, column, keys, blocks.TurnedValues(thread));
        new Span<float>(blocks.Sums(thread), keys * blocks.Width).Clear();
        new Span<float>(blocks.OtherSums(thread), keys * blocks.Width).Clear();
        var last = blocks.LastQuery(key + keys - 1, end);
        for (var head = keyHead * group; head < (keyHead + 1) * group; head++)
        {
            for (var query = key; query < last; query += AttentionBlocks.QueryRows)
                Block(thread, head, query, Math.Min(AttentionBlocks.QueryRows, last - query), key, keys, start);
        }

        for (var i = 0; i < keys; i++)
        {
            var from = new ReadOnlySpan<float>(blocks.Sums(thread) + i * blocks.Width, blocks.Size);
            from.CopyTo(new Span<float>(dk.F32 + (nint)(key + i) * dk.Stride + column, blocks.Size));
            from = new ReadOnlySpan<float>(blocks.OtherSums(thread) + i * blocks.Width, blocks.Size);
            from.CopyTo(new Span<float>(dv.F32 + (nint)(key + i) * dv.Stride + column, blocks.Size));
        }
    }

    private void Block(int thread, int head, int query, int rows, int key, int keys, int start)
    {
        const int Keys = AttentionBlocks.Keys;
        var width = blocks.Width;
        float* queries = blocks.Queries(thread), outputs = blocks.Gradients(thread);
        float* scores = blocks.Scores(thread), gradients = blocks.ScoreGradients(thread);
        blocks.CopyRows(x.Q, query, head * blocks.Size, rows, queries);
        blocks.CopyRows(x.DOutput, query, head * blocks.Size, rows, outputs);
        BlockProduct.Multiply<TWidth, V>(queries, width, 1, blocks.TurnedKeys(thread), Keys, scores, Keys, rows, keys, blocks.Size, add: false);
        BlockProduct.Multiply<TWidth, V>(outputs, width, 1, blocks.TurnedValues(thread), Keys, gradients, Keys, rows, keys, blocks.Size,
            add: false);
        blocks.Probabilities(scores, gradients, x.LogSumExp, x.Delta, head, query, rows, key, keys, start);
        BlockProduct.Multiply<TWidth, V>(gradients, 1, Keys, queries, width, blocks.Sums(thread), width, keys, blocks.Size, rows, add: true);
        BlockProduct.Multiply<TWidth, V>(scores, 1, Keys, outputs, width, blocks.OtherSums(thread), width, keys, blocks.Size, rows, add: true);
    }
}
