namespace Hone.Kernels.Cpu.Gemm;

/// <summary>Spreads the fetching of a block over the calls of a micro-kernel: a row a call, or up to a row in every 64 k.</summary>
internal unsafe struct FetchPlan
{
    private readonly MemoryBlock block;
    private readonly int rowsPerCall;
    private readonly nint step;
    private int row;

    /// <summary>Plans for so many calls of products of length k.</summary>
    public FetchPlan(in MemoryBlock block, int calls, int k)
    {
        this.block = block;
        var most = Math.Max(1, k / TileProduct.FetchRun);
        rowsPerCall = Math.Clamp(GemmChunk.Panels(block.Rows, calls), 1, most);
        step = Math.Max(1, block.RowBytes * (rowsPerCall == 1 ? 1 : most) / Math.Max(k, 1));
    }

    /// <summary>Tells the next call what to fetch.</summary>
    public void Give(ref TileProduct product)
    {
        if (row >= block.Rows)
        {
            (product.NextOperandStep, product.NextOperandJump) = (0, 0);
            return;
        }

        product.NextOperand = block.Source + (row * block.Stride);
        product.NextOperandStep = step;
        product.NextOperandJump = rowsPerCall == 1 ? step * TileProduct.FetchRun : block.Stride;
        row += rowsPerCall;
    }
}
