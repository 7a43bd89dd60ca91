using Hone.Tensors;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>Packs the left operand of a chunk for all threads; an item is a few panels of one block of k.</summary>
internal unsafe struct PackLeftJob<TKernel> : ITeamJob
    where TKernel : struct, IMicroKernel
{
    public GemmChunk Chunk;

    /// <summary>Blocks before this one are packed already.</summary>
    public int FirstBlock;

    /// <summary>Number of items.</summary>
    public readonly int Items => (Chunk.AllBlocks - FirstBlock) * GroupsPerBlock;

    private readonly int GroupsPerBlock =>
        GemmChunk.Panels(GemmChunk.Panels(Chunk.Rows, TKernel.Rows), Chunk.PanelsPerPackItem);

    /// <inheritdoc/>
    public readonly void Execute(int item, int thread)
    {
        var block = FirstBlock + (item / GroupsPerBlock);
        var row = item % GroupsPerBlock * Chunk.PanelsPerPackItem * TKernel.Rows;
        var rows = Math.Min(Chunk.PanelsPerPackItem * TKernel.Rows, Chunk.Rows - row);
        ref readonly var term = ref Chunk.TermOf(block, out var start, out var length);
        var transposed = Chunk.Problem.LeftTransposed;
        nint line = Chunk.Row + row;
        var source = transposed
            ? GemmChunk.At(term.Left, DType.F32, term.LeftStride, start, line)
            : GemmChunk.At(term.Left, DType.F32, term.LeftStride, line, start);
        var target = Chunk.Shared + ((nint)block * Chunk.BlockLength * Chunk.PackedRows<TKernel>()) + ((nint)row * length);
        Packing.Pack(DType.F32, source, term.LeftStride, !transposed, rows, length, TKernel.Rows, 1, target);
    }
}
