using System.Runtime.CompilerServices;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// Products of blocks that lie in the caches: c[m, n] (= or +=) a[m, depth]·b[depth, n]. The tile is 6 rows by 2 vectors:
/// 12 accumulators, 2 vectors of b and 1 broadcast of a, 15 of the 16 registers of AVX2; with AVX-512's 32 registers 6 rows by 4.
/// </summary>
internal static unsafe class BlockProduct
{
    /// <summary>Rows of a tile. c and a must have room for rows up to the next multiple; what is there comes to nothing.</summary>
    public const int TileRows = 6;

    /// <summary>Most columns of a tile. Buffers have rows of a multiple of it.</summary>
    public const int MaxTileColumns = 32;

    /// <summary>Rows with the room for a last tile.</summary>
    public static int PaddedRows(int rows) => (rows + TileRows - 1) / TileRows * TileRows;

    /// <summary>Columns with the room for a last tile.</summary>
    public static int PaddedColumns(int columns) => (columns + MaxTileColumns - 1) / MaxTileColumns * MaxTileColumns;

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
    /// <param name="offset">Row i sees keys up to i + offset.</param>
    public static void Multiply<TWidth, V>(float* a, nint aRow, nint aDepth, float* b, nint bRow, float* c, nint cRow, int m, int n,
        int depth, bool add, Triangle triangle = Triangle.None, int offset = 0)
        where TWidth : struct, IVectorWidth<V>
        where V : struct
    {
        for (var i = 0; i < m; i += TileRows)
        {
            var seen = Math.Max(0, i + TileRows + offset);
            var columns = triangle == Triangle.Output ? Math.Min(n, seen) : n;
            var end = triangle == Triangle.Left ? Math.Min(depth, seen) : depth;
            var start = triangle == Triangle.TurnedLeft ? Math.Clamp(i - offset, 0, depth) : 0;
            for (var j = 0; j < columns;)
            {
                float* left = a + i * aRow + start * aDepth, right = b + start * bRow + j, to = c + i * cRow + j;
                if (TWidth.HasManyRegisters && columns - j > 2 * TWidth.Lanes)
                {
                    WideTile<TWidth, V>(left, aRow, aDepth, right, bRow, to, cRow, end - start, add);
                    j += 4 * TWidth.Lanes;
                }
                else
                {
                    Tile<TWidth, V>(left, aRow, aDepth, right, bRow, to, cRow, end - start, add);
                    j += 2 * TWidth.Lanes;
                }
            }
        }
    }

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
            V b0 = TWidth.Load(b), b1 = TWidth.Load(b + TWidth.Lanes);
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

    /// <summary>The same with 4 vectors: 24 accumulators, half as many loads for each multiply-add, half as many tiles.</summary>
    private static void WideTile<TWidth, V>(float* a, nint aRow, nint aDepth, float* b, nint bRow, float* c, nint cRow, int depth, bool add)
        where TWidth : struct, IVectorWidth<V>
        where V : struct
    {
        V c00 = default, c01 = default, c02 = default, c03 = default;
        V c10 = default, c11 = default, c12 = default, c13 = default;
        V c20 = default, c21 = default, c22 = default, c23 = default;
        V c30 = default, c31 = default, c32 = default, c33 = default;
        V c40 = default, c41 = default, c42 = default, c43 = default;
        V c50 = default, c51 = default, c52 = default, c53 = default;
        if (add)
        {
            LoadPair<TWidth, V>(c, out c00, out c01);
            LoadPair<TWidth, V>(c + 2 * TWidth.Lanes, out c02, out c03);
            LoadPair<TWidth, V>(c + cRow, out c10, out c11);
            LoadPair<TWidth, V>(c + cRow + 2 * TWidth.Lanes, out c12, out c13);
            LoadPair<TWidth, V>(c + 2 * cRow, out c20, out c21);
            LoadPair<TWidth, V>(c + 2 * cRow + 2 * TWidth.Lanes, out c22, out c23);
            LoadPair<TWidth, V>(c + 3 * cRow, out c30, out c31);
            LoadPair<TWidth, V>(c + 3 * cRow + 2 * TWidth.Lanes, out c32, out c33);
            LoadPair<TWidth, V>(c + 4 * cRow, out c40, out c41);
            LoadPair<TWidth, V>(c + 4 * cRow + 2 * TWidth.Lanes, out c42, out c43);
            LoadPair<TWidth, V>(c + 5 * cRow, out c50, out c51);
            LoadPair<TWidth, V>(c + 5 * cRow + 2 * TWidth.Lanes, out c52, out c53);
        }

        var upper = a;
        var lower = a + 3 * aRow;
        for (var k = 0; k < depth; k++)
        {
            LoadPair<TWidth, V>(b, out var b0, out var b1);
            LoadPair<TWidth, V>(b + 2 * TWidth.Lanes, out var b2, out var b3);
            var x = TWidth.Broadcast(*upper);
            c00 = TWidth.MultiplyAdd(x, b0, c00);
            c01 = TWidth.MultiplyAdd(x, b1, c01);
            c02 = TWidth.MultiplyAdd(x, b2, c02);
            c03 = TWidth.MultiplyAdd(x, b3, c03);
            x = TWidth.Broadcast(upper[aRow]);
            c10 = TWidth.MultiplyAdd(x, b0, c10);
            c11 = TWidth.MultiplyAdd(x, b1, c11);
            c12 = TWidth.MultiplyAdd(x, b2, c12);
            c13 = TWidth.MultiplyAdd(x, b3, c13);
            x = TWidth.Broadcast(upper[2 * aRow]);
            c20 = TWidth.MultiplyAdd(x, b0, c20);
            c21 = TWidth.MultiplyAdd(x, b1, c21);
            c22 = TWidth.MultiplyAdd(x, b2, c22);
            c23 = TWidth.MultiplyAdd(x, b3, c23);
            x = TWidth.Broadcast(*lower);
            c30 = TWidth.MultiplyAdd(x, b0, c30);
            c31 = TWidth.MultiplyAdd(x, b1, c31);
            c32 = TWidth.MultiplyAdd(x, b2, c32);
            c33 = TWidth.MultiplyAdd(x, b3, c33);
            x = TWidth.Broadcast(lower[aRow]);
            c40 = TWidth.MultiplyAdd(x, b0, c40);
            c41 = TWidth.MultiplyAdd(x, b1, c41);
            c42 = TWidth.MultiplyAdd(x, b2, c42);
            c43 = TWidth.MultiplyAdd(x, b3, c43);
            x = TWidth.Broadcast(lower[2 * aRow]);
            c50 = TWidth.MultiplyAdd(x, b0, c50);
            c51 = TWidth.MultiplyAdd(x, b1, c51);
            c52 = TWidth.MultiplyAdd(x, b2, c52);
            c53 = TWidth.MultiplyAdd(x, b3, c53);
            upper += aDepth;
            lower += aDepth;
            b += bRow;
        }

        StorePair<TWidth, V>(c00, c01, c);
        StorePair<TWidth, V>(c02, c03, c + 2 * TWidth.Lanes);
        StorePair<TWidth, V>(c10, c11, c + cRow);
        StorePair<TWidth, V>(c12, c13, c + cRow + 2 * TWidth.Lanes);
        StorePair<TWidth, V>(c20, c21, c + 2 * cRow);
        StorePair<TWidth, V>(c22, c23, c + 2 * cRow + 2 * TWidth.Lanes);
        StorePair<TWidth, V>(c30, c31, c + 3 * cRow);
        StorePair<TWidth, V>(c32, c33, c + 3 * cRow + 2 * TWidth.Lanes);
        StorePair<TWidth, V>(c40, c41, c + 4 * cRow);
        StorePair<TWidth, V>(c42, c43, c + 4 * cRow + 2 * TWidth.Lanes);
        StorePair<TWidth, V>(c50, c51, c + 5 * cRow);
        StorePair<TWidth, V>(c52, c53, c + 5 * cRow + 2 * TWidth.Lanes);
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
