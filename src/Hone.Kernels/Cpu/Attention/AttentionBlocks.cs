using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// How attention is cut into blocks, the scratch of one thread, and what both directions do with a block.
/// Everything follows from the shape, nothing from the number of threads.
/// </summary>
internal readonly unsafe struct AttentionBlocks
{
    /// <summary>Queries and keys of a block: scores are [64, 64], and what a product reads and writes is in the first-level cache.</summary>
    public const int Rows = 64;

    /// <summary>Blocks of queries of a forward item, which share the copies of keys and values.</summary>
    public const int BlocksPerItem = 2;

    /// <summary>Queries of a forward item.</summary>
    public const int QueryRows = BlocksPerItem * Rows;

    private const int BlocksOfRows = 7;

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

    /// <summary>Numbers of one item's share of dk and dv, [2, 72, Width].</summary>
    public int PartialSize => 2 * PaddedRows * Width;

    /// <summary>Rows with the room for a last tile.</summary>
    private static int PaddedRows => BlockProduct.PaddedRows(Rows);

    /// <summary>Numbers of scratch of a thread.</summary>
    public static long FloatsPerThread(int headSize) =>
        PaddedRows * (BlocksOfRows * (long)BlockProduct.PaddedColumns(headSize) + 2 * Rows) + 2 * QueryRows;

    /// <summary>Forward: queries turned, [D, Rows]. Backward, of block 0: queries, of block 1: gradients of their outputs, [72, Width].</summary>
    public float* Queries(int thread, int block) => Block(thread, block);

    /// <summary>What is summed for a block of queries, [72, Width].</summary>
    public float* Sums(int thread, int block) => Block(thread, BlocksPerItem + block);

    /// <summary>Keys as rows, [72, Width].</summary>
    public float* Keys(int thread) => Block(thread, 4);

    /// <summary>Forward: values as rows, [72, Width]. Backward: values turned, [D, Rows].</summary>
    public float* Values(int thread) => Block(thread, 5);

    /// <summary>Keys turned, [D, Rows].</summary>
    public float* TurnedKeys(int thread) => Block(thread, 6);

    /// <summary>Scores or probabilities, [72, Rows]; forward a row is a key, backward a query.</summary>
    public float* Scores(int thread) => Block(thread, BlocksOfRows);

    /// <summary>Gradients of the scores, likewise.</summary>
    public float* ScoreGradients(int thread) => Scores(thread) + PaddedRows * Rows;

    /// <summary>Largest score so far of each query, × scale·log₂ e.</summary>
    public float* Largest(int thread) => ScoreGradients(thread) + PaddedRows * Rows;

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
    public void CopyRows<TWidth, V>(Tensor from, int row, int column, int count, float* to)
        where TWidth : struct, IVectorWidth<V>
        where V : struct
    {
        var source = from.F32 + (nint)row * from.Stride + column;
        nint stride = from.Stride;
        int size = Size, width = Width, whole = size & -TWidth.Lanes;
        for (var i = 0; i < count; i++, source += stride, to += width)
        {
            for (var d = 0; d < whole; d += TWidth.Lanes) TWidth.Store(TWidth.Load(source + d), to + d);
            for (var d = whole; d < width; d += TWidth.Lanes) TWidth.Store(TWidth.Load(source + d, size - d), to + d);
        }
    }

    /// <summary>to[d, j] = from[row + j, column + d], zeros behind the last row.</summary>
    public void Turn(Tensor from, int row, int column, int count, float* to)
    {
        if (count < Rows) new Span<float>(to, Size * Rows).Clear();
        var source = from.F32 + (nint)row * from.Stride + column;
        var j = 0;
        for (; j + 8 <= count; j += 8)
        {
            var d = 0;
            for (; d + 8 <= Size; d += 8) Transpose.Eight(source + (nint)j * from.Stride + d, from.Stride, to + d * Rows + j, Rows);
            for (; d < Size; d++)
            {
                for (var i = j; i < j + 8; i++) to[d * Rows + i] = source[(nint)i * from.Stride + d];
            }
        }

        for (; j < count; j++)
        {
            for (var d = 0; d < Size; d++) to[d * Rows + j] = source[(nint)j * from.Stride + d];
        }
    }

    /// <summary>Keys [low, high) of a block that a query sees; low = high when none.</summary>
    public void Visible(int query, int key, int keys, int start, out int low, out int high)
    {
        low = Math.Clamp(FirstKey(query, start) - key, 0, keys);
        high = Math.Clamp(query - key + 1, low, keys);
    }

    private float* Block(int thread, int block) => scratch + thread * perThread + block * (nint)PaddedRows * Width;
}
