using System.Runtime.CompilerServices;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>A block of k of a tile of c, from packed operands: the loop around the micro-kernel, and the edges.</summary>
internal static unsafe class TileBlock<TKernel>
    where TKernel : struct, IMicroKernel
{
    /// <summary>Adds the block to c; the first one together with the residual or the bias.</summary>
    /// <param name="left">The tile's rows.</param>
    /// <param name="right">Panels of the tile's columns.</param>
    /// <param name="next">What is packed or read next, to be fetched meanwhile.</param>
    /// <param name="scratch">Room for one tile of the micro-kernel, and for a left panel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in GemmChunk chunk, Tile tile, int block, in PanelSource left, float* right, in MemoryBlock next, float* scratch)
    {
        ref readonly var problem = ref chunk.Problem;
        chunk.TermOf(block, out _, out var length);
        var c = problem.C + ((chunk.Row + tile.Row) * problem.CStride) + tile.Column;
        var addend = AddendOf(chunk, tile, block, c, out var addendStride);
        var product = new TileProduct { K = length, CStride = problem.CStride, AddendStride = addendStride };
        var columnPanels = GemmChunk.Panels(tile.Columns, TKernel.Columns);
        var fetch = new FetchPlan(next, GemmChunk.Panels(tile.Rows, TKernel.Rows) * columnPanels, length);
        PlanLeft(ref product, left, length, columnPanels, out var leftShare, out var leftMost);
        var blockRows = TKernel.PanelsPerBlock * TKernel.Rows;
        for (var first = 0; first < tile.Rows; first += blockRows)
        {
            var end = Math.Min(first + blockRows, tile.Rows);
            for (var j = 0; j < tile.Columns; j += TKernel.Columns)
            {
                product.B = right + ((nint)j * length);
                for (var i = first; i < end; i += TKernel.Rows)
                {
                    product.A = left.First + (i * left.Pitch);
                    (product.ARow, product.AStep) = (left.Row, left.Step);
                    if (!left.IsPacked && tile.Rows - i < TKernel.Rows)
                    {
                        // What lies behind the last row may not be read.
                        product.A = scratch + (TKernel.Rows * TKernel.Columns);
                        (product.ARow, product.AStep) = (1, TKernel.Rows);
                        if (j == 0) chunk.PackLeft<TKernel>(block, tile.Row + i, tile.Rows - i, product.A);
                    }

                    product.NextLeft = (byte*)(product.A + (TKernel.Rows * left.Pitch)) + Math.Min(j / TKernel.Columns * leftShare, leftMost);
                    fetch.Give(ref product);
                    product.C = c + (i * product.CStride) + j;
                    product.Addend = addend == null ? null : addend + (i * addendStride) + j;
                    var (rows, columns) = (Math.Min(TKernel.Rows, tile.Rows - i), Math.Min(TKernel.Columns, tile.Columns - j));
                    if (rows < TKernel.Rows && TKernel.FewRows > 0) MultiplyLastRows(product, rows, columns, scratch);
                    else if (rows == TKernel.Rows && columns == TKernel.Columns) TKernel.Multiply(product);
                    else if (rows == TKernel.Rows && columns == TKernel.NarrowColumns) TKernel.MultiplyNarrow(product);
                    else MultiplyEdge(product, rows, columns, scratch);
                }
            }
        }

        if (problem.Bias != null && (problem.Accumulate || problem.Residual != null) && chunk.IsLast(block)) AddBias(problem, tile, c);
    }

    /// <summary>Shares the next left panel among the calls that read this one: its memory where that is one piece, otherwise its rows.</summary>
    /// <param name="share">Bytes from one call's share to the next.</param>
    /// <param name="most">Where the last share, or the last row, begins, in bytes.</param>
    private static void PlanLeft(ref TileProduct product, in PanelSource left, int length, int calls, out nint share, out nint most)
    {
        if (left.IsPacked || left.Pitch == length)
        {
            share = TKernel.Rows * (nint)length * sizeof(float) / calls;
            most = share * (calls - 1);
            product.NextLeftStep = share / Math.Max(length, 1);
            product.NextLeftJump = product.NextLeftStep * TileProduct.FetchRun;
            return;
        }

        var pitch = left.Pitch * sizeof(float);
        var runs = Math.Max(1, length / TileProduct.FetchRun);
        var rows = Math.Clamp(GemmChunk.Panels(TKernel.Rows, calls), 1, runs);
        share = rows * pitch;
        most = (TKernel.Rows - 1) * pitch;
        product.NextLeftStep = (nint)length * sizeof(float) / (rows == 1 ? Math.Max(length, 1) : TileProduct.FetchRun);
        product.NextLeftJump = rows == 1 ? product.NextLeftStep * TileProduct.FetchRun : pitch;
    }

    /// <summary>What the first block adds to its product; later blocks add c.</summary>
    private static float* AddendOf(in GemmChunk chunk, Tile tile, int block, float* c, out nint stride)
    {
        ref readonly var problem = ref chunk.Problem;
        stride = problem.CStride;
        if (problem.Accumulate || chunk.Block + block > 0) return c;
        if (problem.Residual != null)
        {
            stride = problem.ResidualStride;
            return problem.Residual + ((chunk.Row + tile.Row) * stride) + tile.Column;
        }

        stride = 0;
        return problem.Bias == null ? null : problem.Bias + tile.Column;
    }

    private static void MultiplyLastRows(TileProduct product, int rows, int columns, float* scratch)
    {
        for (; rows > 0; rows -= TKernel.FewRows)
        {
            if (rows >= TKernel.FewRows && columns == TKernel.Columns) TKernel.MultiplyFewRows(product);
            else MultiplyEdge(product, Math.Min(rows, TKernel.FewRows), columns, scratch);
            product.A += TKernel.FewRows * product.ARow;
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

    private static void AddBias(in GemmProblem problem, Tile tile, float* c)
    {
        var bias = problem.Bias + tile.Column;
        for (var i = 0; i < tile.Rows; i++, c += problem.CStride)
            for (var j = 0; j < tile.Columns; j++) c[j] += bias[j];
    }
}
