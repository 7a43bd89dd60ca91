using System.Runtime.CompilerServices;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// Multiplies a packed left chunk with the right operand; an item is a tile of c. A thread packs the columns that it needs
/// for itself, so they stay in its own cache, and c is revisited block after block while it is there too.
/// </summary>
internal unsafe struct TileJob<TKernel> : ITeamJob
    where TKernel : struct, IMicroKernel
{
    public GemmChunk Chunk;

    /// <summary>Number of items.</summary>
    public readonly int Items => GemmChunk.Panels(Chunk.Rows, Chunk.TileRows) * GemmChunk.Panels(Chunk.Problem.N, Chunk.TileColumns);

    /// <inheritdoc/>
    public readonly void Execute(int item, int thread)
    {
        var rowTiles = GemmChunk.Panels(Chunk.Rows, Chunk.TileRows);
        var tile = new Tile
        {
            Row = item % rowTiles * Chunk.TileRows,
            Column = item / rowTiles * Chunk.TileColumns,
            Scratch = Chunk.Private + (thread * Chunk.PrivateStride),
        };
        tile.Rows = Math.Min(Chunk.TileRows, Chunk.Rows - tile.Row);
        tile.Columns = Math.Min(Chunk.TileColumns, Chunk.Problem.N - tile.Column);
        for (var block = 0; block < Chunk.AllBlocks; block++) AddBlock(tile, block);
    }

    private readonly void AddBlock(in Tile tile, int block)
    {
        ref readonly var term = ref Chunk.TermOf(block, out var start, out var length);
        ref readonly var problem = ref Chunk.Problem;
        var source = problem.RightTransposed
            ? GemmChunk.At(term.Right, term.RightType, term.RightStride, tile.Column, start)
            : GemmChunk.At(term.Right, term.RightType, term.RightStride, start, tile.Column);
        var right = tile.Scratch + (TKernel.Rows * TKernel.Columns);
        Packing.Pack(term.RightType, source, term.RightStride, problem.RightTransposed, tile.Columns, length, TKernel.Columns,
            term.Factor, right);

        var left = Chunk.Shared + ((nint)block * Chunk.BlockLength * Chunk.PackedRows<TKernel>()) + ((nint)tile.Row * length);
        var c = problem.C + ((Chunk.Row + tile.Row) * problem.CStride) + tile.Column;
        var addend = AddendOf(tile, block, c, out var addendStride);
        Multiply(tile, length, left, right, c, addend, addendStride);

        var isLast = block == Chunk.AllBlocks - 1 && ((Chunk.Block + Chunk.Blocks) * (long)Chunk.BlockLength >= problem.First.K);
        if (isLast && problem.Bias != null && (problem.Accumulate || problem.Residual != null)) AddBias(tile, c);
    }

    /// <summary>What the first block adds to its product; later blocks add c.</summary>
    private readonly float* AddendOf(in Tile tile, int block, float* c, out nint stride)
    {
        ref readonly var problem = ref Chunk.Problem;
        stride = problem.CStride;
        if (problem.Accumulate || Chunk.Block + block > 0) return c;
        if (problem.Residual != null)
        {
            stride = problem.ResidualStride;
            return problem.Residual + ((Chunk.Row + tile.Row) * stride) + tile.Column;
        }

        stride = 0;
        return problem.Bias == null ? null : problem.Bias + tile.Column;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Multiply(in Tile tile, int length, float* left, float* right, float* c, float* addend, nint addendStride)
    {
        var blockRows = TKernel.PanelsPerBlock * TKernel.Rows;
        var cStride = Chunk.Problem.CStride;
        for (var block = 0; block < tile.Rows; block += blockRows)
        {
            var blockEnd = Math.Min(block + blockRows, tile.Rows);
            for (var j = 0; j < tile.Columns; j += TKernel.Columns)
            {
                var b = right + ((nint)j * length);
                for (var i = block; i < blockEnd; i += TKernel.Rows)
                {
                    var a = left + ((nint)i * length);
                    var to = c + (i * cStride) + j;
                    var from = addend == null ? null : addend + (i * addendStride) + j;
                    if (i + TKernel.Rows <= tile.Rows && j + TKernel.Columns <= tile.Columns)
                        TKernel.Multiply(length, a, b, to, cStride, from, addendStride);
                    else if (j + TKernel.NarrowColumns == tile.Columns && i + TKernel.Rows <= tile.Rows)
                        TKernel.MultiplyNarrow(length, a, b, to, cStride, from, addendStride);
                    else
                        MultiplyEdge(tile, length, a, b, to, from, addendStride, i, j);
                }
            }
        }
    }

    private readonly void MultiplyEdge(in Tile tile, int length, float* a, float* b, float* to, float* from, nint fromStride, int i, int j)
    {
        var full = tile.Scratch;
        TKernel.Multiply(length, a, b, full, TKernel.Columns, null, 0);
        var rows = Math.Min(TKernel.Rows, tile.Rows - i);
        var columns = Math.Min(TKernel.Columns, tile.Columns - j);
        for (var r = 0; r < rows; r++, full += TKernel.Columns, to += Chunk.Problem.CStride)
        {
            for (var s = 0; s < columns; s++) to[s] = from == null ? full[s] : full[s] + from[s];
            if (from != null) from += fromStride;
        }
    }

    private readonly void AddBias(in Tile tile, float* c)
    {
        var bias = Chunk.Problem.Bias + tile.Column;
        for (var i = 0; i < tile.Rows; i++, c += Chunk.Problem.CStride)
            for (var j = 0; j < tile.Columns; j++) c[j] += bias[j];
    }

    private struct Tile
    {
        public int Row;
        public int Rows;
        public int Column;
        public int Columns;
        public float* Scratch;
    }
}
