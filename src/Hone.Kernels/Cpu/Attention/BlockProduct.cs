using System.Runtime.CompilerServices;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// Products of blocks that lie in the caches: c[m, n] (= or +=) a[m, depth]·b[depth, n]. The tile is 2 vectors wide and 6 rows high:
/// 12 accumulators, 2 vectors of b and 1 broadcast of a, 15 of the 16 registers of AVX2. With AVX-512's 32 registers it has 8 rows,
/// which divide a block: more accumulators were not faster.
/// </summary>
internal static unsafe class BlockProduct
{
    /// <summary>Most columns of a tile. Buffers have rows of a multiple of it.</summary>
    public const int MaxTileColumns = 32;

    private const int MaxTileRows = 8;

    /// <summary>Rows with the room for a last tile. Rows beyond the last of a and c come to nothing.</summary>
    public static int PaddedRows(int rows) => rows + MaxTileRows;

    /// <summary>Columns with the room for a last tile.</summary>
    public static int PaddedColumns(int columns) => (columns + MaxTileColumns - 1) / MaxTileColumns * MaxTileColumns;

    /// <summary>Rows of a tile: c is written up to the next multiple.</summary>
    public static int TileRows<TWidth, V>()
        where TWidth : struct, IVectorWidth<V>
        where V : struct => TWidth.HasManyRegisters ? MaxTileRows : 6;

    /// <param name="a">First element of a; element (i, k) is a[i·aRow + k·aDepth], so a may be read transposed.</param>
    /// <param name="aRow">Elements between rows of a.</param>
    /// <param name="aDepth">Elements between columns of a.</param>
    /// <param name="b">b, rows <paramref name="bRow"/> apart.</param>
    /// <param name="bRow">Elements between rows of b.</param>
    /// <param name="c">c, rows <paramref name="cRow"/> apart.</param>
    /// <param name="cRow">Elements between rows of c.</param>
    /// <param name="m">Rows.</param>
    /// <param name="n">Columns; worked on up to the next multiple of the tile.</param>
    /// <param name="depth">Inner dimension, exact.</param>
    /// <param name="add">c is added to.</param>
    /// <param name="triangle">What the causal rule makes zero or unwanted, and is left out.</param>
    /// <param name="offset">Query i sees keys up to i + offset.</param>
    public static void Multiply<TWidth, V>(float* a, nint aRow, nint aDepth, float* b, nint bRow, float* c, nint cRow, int m, int n,
        int depth, bool add, Triangle triangle = Triangle.None, int offset = 0)
        where TWidth : struct, IVectorWidth<V>
        where V : struct
    {
        int rows = TileRows<TWidth, V>(), width = 2 * TWidth.Lanes;
        for (var i = 0; i < m; i += rows)
        {
            int seen = Math.Max(0, i + rows + offset), seeing = Math.Max(0, i - offset);
            var first = triangle == Triangle.TurnedOutput ? seeing / width * width : 0;
            var columns = triangle == Triangle.Output ? Math.Min(n, seen) : n;
            var end = triangle == Triangle.Left ? Math.Min(depth, seen) : depth;
            var start = triangle == Triangle.TurnedLeft ? Math.Min(seeing, depth) : 0;
            float* left = a + i * aRow + start * aDepth, right = b + start * bRow, to = c + i * cRow;
            for (var j = first; j < columns; j += width)
            {
                if (TWidth.HasManyRegisters) HighTile<TWidth, V>(left, aRow, aDepth, right + j, bRow, to + j, cRow, end - start, add);
                else Tile<TWidth, V>(left, aRow, aDepth, right + j, bRow, to + j, cRow, end - start, add);
            }
        }
    }

    /// <summary>Six rows.</summary>
    private static void Tile<TWidth, V>(float* a, nint aRow, nint aDepth, float* b, nint bRow, float* c, nint cRow, int depth, bool add)
        where TWidth : struct, IVectorWidth<V>
        where V : struct
    {
        V c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        V c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        if (add)
        {
            LoadPair<TWidth, V>(c, out c00, out c01);
            LoadPair<TWidth, V>(c + cRow, out c10, out c11);
            LoadPair<TWidth, V>(c + 2 * cRow, out c20, out c21);
            LoadPair<TWidth, V>(c + 3 * cRow, out c30, out c31);
            LoadPair<TWidth, V>(c + 4 * cRow, out c40, out c41);
            LoadPair<TWidth, V>(c + 5 * cRow, out c50, out c51);
        }

        // Two row pointers: rows 1, 2 and 4, 5 are then within reach of an address with a scaled index.
        var upper = a;
        var lower = a + 3 * aRow;
        for (var k = 0; k < depth; k++)
        {
            LoadPair<TWidth, V>(b, out var b0, out var b1);
            var x = TWidth.Broadcast(*upper);
            c00 = TWidth.MultiplyAdd(x, b0, c00);
            c01 = TWidth.MultiplyAdd(x, b1, c01);
            x = TWidth.Broadcast(upper[aRow]);
            c10 = TWidth.MultiplyAdd(x, b0, c10);
            c11 = TWidth.MultiplyAdd(x, b1, c11);
            x = TWidth.Broadcast(upper[2 * aRow]);
            c20 = TWidth.MultiplyAdd(x, b0, c20);
            c21 = TWidth.MultiplyAdd(x, b1, c21);
            x = TWidth.Broadcast(*lower);
            c30 = TWidth.MultiplyAdd(x, b0, c30);
            c31 = TWidth.MultiplyAdd(x, b1, c31);
            x = TWidth.Broadcast(lower[aRow]);
            c40 = TWidth.MultiplyAdd(x, b0, c40);
            c41 = TWidth.MultiplyAdd(x, b1, c41);
            x = TWidth.Broadcast(lower[2 * aRow]);
            c50 = TWidth.MultiplyAdd(x, b0, c50);
            c51 = TWidth.MultiplyAdd(x, b1, c51);
            upper += aDepth;
            lower += aDepth;
            b += bRow;
        }

        StorePair<TWidth, V>(c00, c01, c);
        StorePair<TWidth, V>(c10, c11, c + cRow);
        StorePair<TWidth, V>(c20, c21, c + 2 * cRow);
        StorePair<TWidth, V>(c30, c31, c + 3 * cRow);
        StorePair<TWidth, V>(c40, c41, c + 4 * cRow);
        StorePair<TWidth, V>(c50, c51, c + 5 * cRow);
    }

    /// <summary>Eight rows: 16 accumulators.</summary>
    private static void HighTile<TWidth, V>(float* a, nint aRow, nint aDepth, float* b, nint bRow, float* c, nint cRow, int depth, bool add)
        where TWidth : struct, IVectorWidth<V>
        where V : struct
    {
        V c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        V c40 = default, c41 = default, c50 = default, c51 = default, c60 = default, c61 = default, c70 = default, c71 = default;
        if (add)
        {
            LoadPair<TWidth, V>(c, out c00, out c01);
            LoadPair<TWidth, V>(c + cRow, out c10, out c11);
            LoadPair<TWidth, V>(c + 2 * cRow, out c20, out c21);
            LoadPair<TWidth, V>(c + 3 * cRow, out c30, out c31);
            LoadPair<TWidth, V>(c + 4 * cRow, out c40, out c41);
            LoadPair<TWidth, V>(c + 5 * cRow, out c50, out c51);
            LoadPair<TWidth, V>(c + 6 * cRow, out c60, out c61);
            LoadPair<TWidth, V>(c + 7 * cRow, out c70, out c71);
        }

        // Three row pointers: the rows between are then within reach of an address with a scaled index.
        var upper = a;
        var middle = a + 3 * aRow;
        var lower = a + 6 * aRow;
        for (var k = 0; k < depth; k++)
        {
            LoadPair<TWidth, V>(b, out var b0, out var b1);
            var x = TWidth.Broadcast(*upper);
            c00 = TWidth.MultiplyAdd(x, b0, c00);
            c01 = TWidth.MultiplyAdd(x, b1, c01);
            x = TWidth.Broadcast(upper[aRow]);
            c10 = TWidth.MultiplyAdd(x, b0, c10);
            c11 = TWidth.MultiplyAdd(x, b1, c11);
            x = TWidth.Broadcast(upper[2 * aRow]);
            c20 = TWidth.MultiplyAdd(x, b0, c20);
            c21 = TWidth.MultiplyAdd(x, b1, c21);
            x = TWidth.Broadcast(*middle);
            c30 = TWidth.MultiplyAdd(x, b0, c30);
            c31 = TWidth.MultiplyAdd(x, b1, c31);
            x = TWidth.Broadcast(middle[aRow]);
            c40 = TWidth.MultiplyAdd(x, b0, c40);
            c41 = TWidth.MultiplyAdd(x, b1, c41);
            x = TWidth.Broadcast(middle[2 * aRow]);
            c50 = TWidth.MultiplyAdd(x, b0, c50);
            c51 = TWidth.MultiplyAdd(x, b1, c51);
            x = TWidth.Broadcast(*lower);
            c60 = TWidth.MultiplyAdd(x, b0, c60);
            c61 = TWidth.MultiplyAdd(x, b1, c61);
            x = TWidth.Broadcast(lower[aRow]);
            c70 = TWidth.MultiplyAdd(x, b0, c70);
            c71 = TWidth.MultiplyAdd(x, b1, c71);
            upper += aDepth;
            middle += aDepth;
            lower += aDepth;
            b += bRow;
        }

        StorePair<TWidth, V>(c00, c01, c);
        StorePair<TWidth, V>(c10, c11, c + cRow);
        StorePair<TWidth, V>(c20, c21, c + 2 * cRow);
        StorePair<TWidth, V>(c30, c31, c + 3 * cRow);
        StorePair<TWidth, V>(c40, c41, c + 4 * cRow);
        StorePair<TWidth, V>(c50, c51, c + 5 * cRow);
        StorePair<TWidth, V>(c60, c61, c + 6 * cRow);
        StorePair<TWidth, V>(c70, c71, c + 7 * cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadPair<TWidth, V>(float* from, out V first, out V second)
        where TWidth : struct, IVectorWidth<V>
        where V : struct
    {
        first = TWidth.Load(from);
        second = TWidth.Load(from + TWidth.Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair<TWidth, V>(V first, V second, float* to)
        where TWidth : struct, IVectorWidth<V>
        where V : struct
    {
        TWidth.Store(first, to);
        TWidth.Store(second, to + TWidth.Lanes);
    }
}
