using Hone.Tensors;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>Packs the shared operand of a chunk for all threads; an item is a few panels of one block of k.</summary>
internal unsafe struct PackSharedJob<TKernel> : ITeamJob
    where TKernel : struct, IMicroKernel
{
    public GemmChunk Chunk;

    /// <summary>Blocks before this one are packed already.</summary>
    public int FirstBlock;

    /// <summary>Number of items.</summary>
    public readonly int Items => (Chunk.AllBlocks - FirstBlock) * GroupsPerBlock;

    private readonly int GroupsPerBlock => GemmChunk.Panels(Chunk.SharesRight ? Chunk.Problem.N : Chunk.Rows, LinesPerItem);

    /// <summary>Lines across memory are read in runs of at least 1 KB.</summary>
    private readonly int LinesPerItem
    {
        get
        {
            var width = Chunk.SharesRight ? TKernel.Columns : TKernel.Rows;
            var alongMemory = Chunk.SharesRight ? Chunk.Problem.RightTransposed : !Chunk.Problem.LeftTransposed;
            return Math.Max(1, (alongMemory ? 64 : 256) / width) * width;
        }
    }

    /// <inheritdoc/>
    public readonly void Execute(int item, int thread)
    {
        var block = FirstBlock + (item / GroupsPerBlock);
        var first = item % GroupsPerBlock * LinesPerItem;
        if (Chunk.SharesRight) Chunk.PackRight<TKernel>(block, first, Math.Min(LinesPerItem, Chunk.Problem.N - first), Chunk.SharedRight<TKernel>(block, first));
        else Chunk.PackLeft<TKernel>(block, first, Math.Min(LinesPerItem, Chunk.Rows - first), Chunk.SharedLeft<TKernel>(block, first));
    }
}
