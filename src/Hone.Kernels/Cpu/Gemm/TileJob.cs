using System.Runtime.CompilerServices;
using Hone.Tensors;

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
        var tile = TileOf(item, Chunk.Private + (thread * Chunk.PrivateStride));

        // While all threads are busy, this is the tile that comes next here.
        var following = item + Chunk.Threads < Items ? TileOf(item + Chunk.Threads, null) : tile;
        for (var block = 0; block < Chunk.AllBlocks; block++)
        {
            var isLast = block == Chunk.AllBlocks - 1;
            AddBlock(tile, block, isLast ? SourceOf(following, 0) : SourceOf(tile, block + 1));
        }
    }

    private readonly Tile TileOf(int item, float* scratch)
    {
        var rowTiles = GemmChunk.Panels(Chunk.Rows, Chunk.TileRows);
        var (row, column) = (item % rowTiles * Chunk.TileRows, item / rowTiles * Chunk.TileColumns);
        return new Tile
        {
            Row = row,
            Rows = Math.Min(Chunk.TileRows, Chunk.Rows - row),
            Column = column,
            Columns = Math.Min(Chunk.TileColumns, Chunk.Problem.N - column),
            Scratch = scratch,
        };
    }

    private readonly void AddBlock(in Tile tile, int block, in NextBlock next)
    {
        ref readonly var term = ref Chunk.TermOf(block, out var start, out var length);
        ref readonly var problem = ref Chunk.Problem;
        var right = tile.Scratch + (TKernel.Rows * TKernel.Columns);
        Packing.Pack(term.RightType, SourceOf(tile, block).Source, term.RightStride, problem.RightTransposed, tile.Columns, length, TKernel.Columns,
            term.Factor, right);

        var left = Chunk.Shared + ((nint)block * Chunk.BlockLength * Chunk.PackedRows<TKernel>()) + ((nint)tile.Row * length);
        var c = problem.C + ((Chunk.Row + tile.Row) * problem.CStride) + tile.Column;
        var addend = AddendOf(tile, block, c, out var addendStride);
        Multiply(tile, length, left, right, c, addend, addendStride, next);

        var isLast = block == Chunk.AllBlocks - 1 && ((Chunk.Block + Chunk.Blocks) * (long)Chunk.BlockLength >= problem.First.K);
        if (isLast && problem.Bias != null && (problem.Accumulate || problem.Residual != null)) AddBias(tile, c);
    }

    /// <summary>Where a block of the right operand of a tile lies in memory.</summary>
    private readonly NextBlock SourceOf(in Tile tile, int block)
    {
        ref readonly var term = ref Chunk.TermOf(block, out var start, out var length);
        var along = Chunk.Problem.RightTransposed;
        return new NextBlock
        {
            Source = (byte*)(along
                ? GemmChunk.At(term.Right, term.RightType, term.RightStride, tile.Column, start)
                : GemmChunk.At(term.Right, term.RightType, term.RightStride, start, tile.Column)),
            Rows = along ? tile.Columns : length,
            Stride = term.RightStride * term.RightType.Size(),
            Step = Math.Max(1, (along ? length : tile.Columns) * term.RightType.Size() / Math.Max(length, 1)),
        };
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
    private readonly void Multiply(in Tile tile, int length, float* left, float* right, float* c, float* addend, nint addendStride, in NextBlock next)
    {
        var blockRows = TKernel.PanelsPerBlock * TKernel.Rows;
        var product = new TileProduct { K = length, CStride = Chunk.Problem.CStride, AddendStride = addendStride };
        var panelBytes = TKernel.Rows * (nint)length * sizeof(float);
        var columnPanels = GemmChunk.Panels(tile.Columns, TKernel.Columns);
        var share = panelBytes / columnPanels;
        product.NextLeftStep = share / Math.Max(length, 1);
        var call = 0;
        for (var block = 0; block < tile.Rows; block += blockRows)
        {
            var blockEnd = Math.Min(block + blockRows, tile.Rows);
            for (var j = 0; j < tile.Columns; j += TKernel.Columns)
            {
                product.B = right + ((nint)j * length);
                for (var i = block; i < blockEnd; i += TKernel.Rows)
                {
                    product.A = left + ((nint)i * length);
                    product.NextLeft = (byte*)product.A + panelBytes + ((j / TKernel.Columns) * share);
                    product.NextRight = next.Source + (Math.Min(call, next.Rows - 1) * next.Stride);
                    product.NextRightStep = call < next.Rows ? next.Step : 0;
                    call++;
                    product.C = c + (i * product.CStride) + j;
                    product.Addend = addend == null ? null : addend + (i * addendStride) + j;
                    var (rows, columns) = (Math.Min(TKernel.Rows, tile.Rows - i), Math.Min(TKernel.Columns, tile.Columns - j));
                    if (rows < TKernel.Rows && TKernel.FewRows > 0) MultiplyLastRows(product, rows, columns, tile.Scratch);
                    else if (rows == TKernel.Rows && columns == TKernel.Columns) TKernel.Multiply(product);
                    else if (rows == TKernel.Rows && columns == TKernel.NarrowColumns) TKernel.MultiplyNarrow(product);
                    else MultiplyEdge(product, rows, columns, tile.Scratch);
                }
            }
        }
    }

    private static void MultiplyLastRows(TileProduct product, int rows, int columns, float* scratch)
    {
        for (; rows > 0; rows -= TKernel.FewRows)
        {
            if (rows >= TKernel.FewRows && columns == TKernel.Columns) TKernel.MultiplyFewRows(product);
            else MultiplyEdge(product, Math.Min(rows, TKernel.FewRows), columns, scratch);
            product.A += TKernel.FewRows;
            product.C += TKernel.FewRows * product.CStride;
            if (product.Addend != null) product.Addend += TKernel.FewRows * product.AddendStride;
        }
    }

    /// <summary>A tile that is not whole goes by way of scratch memory.</summary>
    private static void MultiplyEdge(in TileProduct product, int rows, int columns, float* scratch)
    {
        var full = product;
        full.C = scratch;
        full.CStride = TKernel.Columns;
        full.Addend = null;
        full.AddendStride = 0;
        if (rows <= TKernel.FewRows) TKernel.MultiplyFewRows(full);
        else TKernel.Multiply(full);
        float* c = product.C, addend = product.Addend;
        for (var r = 0; r < rows; r++, scratch += TKernel.Columns, c += product.CStride)
        {
            for (var s = 0; s < columns; s++) c[s] = addend == null ? scratch[s] : scratch[s] + addend[s];
            if (addend != null) addend += product.AddendStride;
        }
    }

    private readonly void AddBias(in Tile tile, float* c)
    {
        var bias = Chunk.Problem.Bias + tile.Column;
        for (var i = 0; i < tile.Rows; i++, c += Chunk.Problem.CStride)
            for (var j = 0; j < tile.Columns; j++) c[j] += bias[j];
    }

    private struct NextBlock
    {
        public byte* Source;
        public int Rows;
        public nint Stride;
        public nint Step;
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
