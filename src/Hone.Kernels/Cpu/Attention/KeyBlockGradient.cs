using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// Backward attention of one block of keys: walks over the queries of a head that see the block, adds to their dq, and leaves its
/// share of dk and dv in memory of its own. Probabilities are made once for all three gradients. Whoever calls it goes through the
/// blocks of a segment in order, so that every element of dq is added to in the order of the keys.
/// </summary>
internal readonly unsafe struct KeyBlockGradient<TWidth, V>(AttentionBlocks blocks, AttentionOperands x, Tensor dq)
    where TWidth : struct, IVectorWidth<V>
    where V : struct
{
    private const int Rows = AttentionBlocks.Rows;

    /// <summary>Copies a block of keys and values for the heads that share them.</summary>
    /// <param name="thread">Picks scratch memory.</param>
    /// <param name="keyHead">Key-value head.</param>
    /// <param name="key">First key.</param>
    /// <param name="keys">Keys.</param>
    public void Load(int thread, int keyHead, int key, int keys)
    {
        var column = keyHead * blocks.Size;
        blocks.Turn(x.K, key, column, keys, blocks.TurnedKeys(thread));
        blocks.Turn(x.V, key, column, keys, blocks.Values(thread));
        blocks.CopyRows<TWidth, V>(x.K, key, column, keys, blocks.Keys(thread));
    }

    /// <param name="thread">Whose scratch holds the keys.</param>
    /// <param name="head">Query head.</param>
    /// <param name="start">Start of the segment.</param>
    /// <param name="end">Its end.</param>
    /// <param name="key">First key of the block, within the segment.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="partial">The share of dk and dv, overwritten.</param>
    public void Run(int thread, int head, int start, int end, int key, int keys, float* partial)
    {
        var last = blocks.LastQuery(key + keys - 1, end);
        for (var query = key; query < last; query += Rows)
            Block(thread, head, query, Math.Min(Rows, end - query), key, keys, start, partial);
    }

    private void Block(int thread, int head, int query, int rows, int key, int keys, int start, float* partial)
    {
        var (width, column, offset, later) = (blocks.Width, head * blocks.Size, query - key, query > key);
        float* queries = blocks.Queries(thread, 0), outputs = blocks.Queries(thread, 1);
        float* scores = blocks.Scores(thread), gradients = blocks.ScoreGradients(thread);
        blocks.CopyRows<TWidth, V>(x.Q, query, column, rows, queries);
        blocks.CopyRows<TWidth, V>(x.DOutput, query, column, rows, outputs);
        BlockProduct.Multiply<TWidth, V>(queries, width, 1, blocks.TurnedKeys(thread), Rows, scores, Rows, rows, keys, blocks.Size, add: false,
            Triangle.Output, offset);
        BlockProduct.Multiply<TWidth, V>(outputs, width, 1, blocks.Values(thread), Rows, gradients, Rows, rows, keys, blocks.Size, add: false,
            Triangle.Output, offset);
        for (var i = 0; i < rows; i++) Probabilities(scores + i * Rows, gradients + i * Rows, head, query + i, key, keys, start);
        BlockProduct.Multiply<TWidth, V>(gradients, 1, Rows, queries, width, partial, width, keys, blocks.Size, rows, later,
            Triangle.TurnedLeft, offset);
        BlockProduct.Multiply<TWidth, V>(scores, 1, Rows, outputs, width, partial + blocks.PartialSize / 2, width, keys, blocks.Size, rows, later,
            Triangle.TurnedLeft, offset);
        QueryGradients(thread, dq.F32 + (nint)query * dq.Stride + column, rows, keys, offset, key > blocks.FirstKey(query, start));
    }

    /// <summary>dq (= or +=) gradients·keys. Where dq's rows are whole tiles it is written in place.</summary>
    private void QueryGradients(int thread, float* to, int rows, int keys, int offset, bool add)
    {
        float* gradients = blocks.ScoreGradients(thread), sums = blocks.Sums(thread, 0);
        if (blocks.Size == blocks.Width && rows % BlockProduct.TileRows<TWidth, V>() == 0)
        {
            BlockProduct.Multiply<TWidth, V>(gradients, Rows, 1, blocks.Keys(thread), blocks.Width, to, dq.Stride, rows, blocks.Size, keys, add,
                Triangle.Left, offset);
            return;
        }

        for (var i = 0; i < rows; i++)
        {
            for (var d = 0; d < blocks.Size; d += Vectors.Lanes)
                Vectors.Load(to + i * dq.Stride + d, blocks.Size - d).Store(sums + i * blocks.Width + d);
        }

        BlockProduct.Multiply<TWidth, V>(gradients, Rows, 1, blocks.Keys(thread), blocks.Width, sums, blocks.Width, rows, blocks.Size, keys, add,
            Triangle.Left, offset);
        for (var i = 0; i < rows; i++)
        {
            for (var d = 0; d < blocks.Size; d += Vectors.Lanes)
                Vectors.Store(Vector256.Load(sums + i * blocks.Width + d), to + i * dq.Stride + d, blocks.Size - d);
        }
    }

    /// <summary>
    /// A query's probabilities and their gradients in place: scores become p = exp(scale·s − lse), gradients scale·p·(g − delta);
    /// both are 0 where the query doesn't see the key.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Probabilities(float* p, float* g, int head, int query, int key, int keys, int start)
    {
        blocks.Visible(query, key, keys, start, out var low, out var high);
        var scale = blocks.Shape.Scale;
        var factor = TWidth.Broadcast(scale * Vectors.LogTwoOfE);
        var offset = TWidth.Broadcast(-Vectors.LogTwoOfE * x.LogSumExp.F32[(nint)query * x.LogSumExp.Stride + head]);
        var delta = TWidth.Broadcast(-scale * x.Delta.F32[(nint)query * x.Delta.Stride + head]);
        for (var j = 0; j < Rows; j += TWidth.Lanes)
        {
            V value = default, gradient = default;
            if (j < high && j + TWidth.Lanes > low)
            {
                value = TWidth.Exp2(TWidth.MultiplyAdd(TWidth.Load(p + j), factor, offset));
                gradient = TWidth.Multiply(value, TWidth.MultiplyAdd(TWidth.Load(g + j), TWidth.Broadcast(scale), delta));
                if (low > j || high < j + TWidth.Lanes)
                {
                    value = TWidth.Between(low - j, high - j, value, default);
                    gradient = TWidth.Between(low - j, high - j, gradient, default);
                }
            }

            TWidth.Store(value, p + j);
            TWidth.Store(gradient, g + j);
        }
    }
}
