using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// How attention is cut into blocks, the scratch of one thread, and what both directions do with a block.
/// Everything follows from the shape, nothing from the number of threads.
/// </summary>
internal readonly unsafe struct AttentionBlocks
{
    /// <summary>Queries of an item.</summary>
    public const int QueryRows = 128;

    /// <summary>Keys of a block: scores of a block are [128, 64].</summary>
    public const int Keys = 64;

    private readonly float* scratch;
    private readonly long perThread;

    /// <param name="shape">Heads and rule.</param>
    /// <param name="scratch">Threads × <see cref="FloatsPerThread"/> numbers.</param>
    public AttentionBlocks(in AttentionShape shape, float* scratch)
    {
        this.scratch = scratch;
        Shape = shape;
        Size = shape.HeadSize;
        Width = BlockProduct.PaddedColumns(shape.HeadSize);
        perThread = FloatsPerThread(shape.HeadSize);
    }

    /// <summary>Heads and rule.</summary>
    public AttentionShape Shape { get; }

    /// <summary>Head size, D.</summary>
    public int Size { get; }

    /// <summary>Head size with the room for the last tile: the stride of dense blocks of rows.</summary>
    public int Width { get; }

    /// <summary>Numbers of one item's share of dk and dv, [2, 66, Width].</summary>
    public int PartialSize => 2 * BlockProduct.PaddedRows(Keys) * Width;

    /// <summary>Rows of queries with the room for a last tile behind any first row.</summary>
    private static int PaddedQueryRows => QueryRows + BlockProduct.TileRows;

    /// <summary>Numbers of scratch of a thread.</summary>
    public static long FloatsPerThread(int headSize)
    {
        var width = (long)BlockProduct.PaddedColumns(headSize);
        return 3 * PaddedQueryRows * width + 2 * PaddedQueryRows * (long)Keys + 3 * Keys * width + 4 * QueryRows;
    }

    /// <summary>Queries of the item, [134, Width].</summary>
    public float* Queries(int thread) => scratch + thread * perThread;

    /// <summary>Gradients of the item's outputs, [134, Width].</summary>
    public float* Gradients(int thread) => Queries(thread) + PaddedQueryRows * Width;

    /// <summary>What the item sums, [134, Width].</summary>
    public float* Sums(int thread) => Gradients(thread) + PaddedQueryRows * Width;

    /// <summary>Scores or probabilities, [134, Keys].</summary>
    public float* Scores(int thread) => Sums(thread) + PaddedQueryRows * Width;

    /// <summary>Gradients of the scores, [134, Keys].</summary>
    public float* ScoreGradients(int thread) => Scores(thread) + PaddedQueryRows * Keys;

    /// <summary>Keys turned, [D, Keys].</summary>
    public float* TurnedKeys(int thread) => ScoreGradients(thread) + PaddedQueryRows * Keys;

    /// <summary>Values turned, [D, Keys].</summary>
    public float* TurnedValues(int thread) => TurnedKeys(thread) + Keys * Width;

    /// <summary>Keys or values as rows, [Keys, Width].</summary>
    public float* KeyRows(int thread) => TurnedValues(thread) + Keys * Width;

    /// <summary>Largest score so far of each query.</summary>
    public float* Largest(int thread) => KeyRows(thread) + Keys * Width;

    /// <summary>Σ exp(score − largest) so far of each query.</summary>
    public float* Totals(int thread) => Largest(thread) + QueryRows;

    /// <summary>First key that a query sees.</summary>
    public int FirstKey(int query, int start) =>
        Shape.SlidingWindow > 0 ? Math.Max(start, query - Shape.SlidingWindow + 1) : start;

    /// <summary>One past the last query that sees a key.</summary>
    public int LastQuery(int key, int end) =>
        Shape.SlidingWindow > 0 ? (int)Math.Min(end, (long)key + Shape.SlidingWindow) : end;

    /// <summary>Items when every segment is cut into blocks.</summary>
    public static int Count(int* starts, int segments, int block)
    {
        var count = 0;
        for (var s = 0; s < segments; s++) count += (starts[s + 1] - starts[s] + block - 1) / block;
        return count;
    }

    /// <summary>The segment [start, end) and the first row of a block.</summary>
    public static void Find(int* starts, int block, int index, out int start, out int end, out int first)
    {
        var s = 0;
        for (; ; s++)
        {
            var blocks = (starts[s + 1] - starts[s] + block - 1) / block;
            if (index < blocks) break;
            index -= blocks;
        }

        (start, end) = (starts[s], starts[s + 1]);
        first = start + index * block;
    }

    /// <summary>Part of a head's columns: rows [row, row + count) of to become dense, with zeros up to Width.</summary>
    public void CopyRows(Tensor from, int row, int column, int count, float* to)
    {
        var source = from.F32 + (nint)row * from.Stride + column;
        for (var i = 0; i < count; i++, source += from.Stride, to += Width)
        {
            if (i + Vectors.RowsAhead < count) Vectors.Prefetch(source + (nint)Vectors.RowsAhead * from.Stride, Size);
            for (var d = 0; d < Width; d += Vectors.Lanes) Vectors.Load(source + d, Size - d).Store(to + d);
        }
    }

    /// <summary>to[d, j] = from[row + j, column + d], zeros behind the last key.</summary>
    public void Turn(Tensor from, int row, int column, int count, float* to)
    {
        if (count < Keys) new Span<float>(to, Size * Keys).Clear();
        var source = from.F32 + (nint)row * from.Stride + column;
        var j = 0;
        for (; j + 8 <= count; j += 8)
        {
            for (var i = j + 8; i < Math.Min(j + 16, count); i++) Vectors.Prefetch(source + (nint)i * from.Stride, Size);
            var d = 0;
            for (; d + 8 <= Size; d += 8) Transpose.Eight(source + (nint)j * from.Stride + d, from.Stride, to + d * Keys + j, Keys);
            for (; d < Size; d++)
            {
                for (var i = j; i < j + 8; i++) to[d * Keys + i] = source[(nint)i * from.Stride + d];
            }
        }

        for (; j < count; j++)
        {
            for (var d = 0; d < Size; d++) to[d * Keys + j] = source[(nint)j * from.Stride + d];
        }
    }

    /// <summary>
    /// Probabilities and their gradients in place: scores become p = exp(scale·s − lse), gradients scale·p·(g − delta);
    /// both are 0 where the query doesn't see the key.
    /// </summary>
    /// <param name="p">Scores, rows of <see cref="Keys"/>, from the first row on.</param>
    /// <param name="g">dOutput·valuesᵀ, likewise.</param>
    /// <param name="logSumExp">Of the head, from the first row on.</param>
    /// <param name="delta">Of the head, likewise.</param>
    /// <param name="head">Query head.</param>
    /// <param name="query">The first row's query.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="key">The first key.</param>
    /// <param name="keys">Keys in the block.</param>
    /// <param name="start">Start of the segment.</param>
    public void Probabilities(float* p, float* g, Tensor logSumExp, Tensor delta, int head, int query, int rows, int key, int keys, int start)
    {
        var scale = Vector256.Create(Shape.Scale);
        for (var i = 0; i < rows; i++, p += Keys, g += Keys)
        {
            var t = query + i;
            Visible(t, key, keys, start, out var low, out var high);
            var offset = Vector256.Create(-logSumExp.F32[(nint)t * logSumExp.Stride + head]);
            var d = Vector256.Create(delta.F32[(nint)t * delta.Stride + head]);
            if (Avx512F.IsSupported)
            {
                var (wideScale, wideOffset, wideDelta) = (Vector512.Create(scale, scale), Vector512.Create(offset, offset), Vector512.Create(d, d));
                for (var j = low & ~15; j < high; j += Vectors.SumLanes)
                {
                    var value = Vectors.Exp(Vector512.FusedMultiplyAdd(Vector512.Load(p + j), wideScale, wideOffset));
                    value.Store(p + j);
                    (value * wideScale * (Vector512.Load(g + j) - wideDelta)).Store(g + j);
                }
            }
            else
            {
                for (var j = low & ~7; j < high; j += Vectors.Lanes)
                {
                    var value = Vectors.Exp(Vector256.FusedMultiplyAdd(Vector256.Load(p + j), scale, offset));
                    value.Store(p + j);
                    (value * scale * (Vector256.Load(g + j) - d)).Store(g + j);
                }
            }

            ClearOutside(p, low, high);
            ClearOutside(g, low, high);
        }
    }

    /// <summary>Keys [low, high) of a block that a query sees; low = high when none.</summary>
    public void Visible(int query, int key, int keys, int start, out int low, out int high)
    {
        low = Math.Clamp(FirstKey(query, start) - key, 0, keys);
        high = Math.Clamp(query - key + 1, low, keys);
    }

    private static void ClearOutside(float* row, int low, int high)
    {
        new Span<float>(row, low).Clear();
        new Span<float>(row + high, Keys - high).Clear();
    }
}
