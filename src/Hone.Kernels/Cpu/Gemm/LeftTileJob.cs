namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// Multiplies the left operand of a chunk with the packed right one, where that is the smaller of the two; an item is some rows
/// of c. A thread packs the rows that it needs for itself, once, a few panels before they are multiplied, and fetches the next ones meanwhile:
/// the large operand is never written to memory and read back.
/// </summary>
internal unsafe struct LeftTileJob<TKernel> : ITeamJob
    where TKernel : struct, IMicroKernel
{
    public GemmChunk Chunk;

    /// <summary>Number of items.</summary>
    public readonly int Items => GemmChunk.Panels(Chunk.Rows, Chunk.TileRows);

    /// <summary>Rows packed at once: a panel, or where rows lie across memory, enough for runs of several lines.</summary>
    private readonly int GroupRows => Chunk.Problem.LeftTransposed ? 112 / TKernel.Rows * TKernel.Rows : TKernel.Rows;

    /// <inheritdoc/>
    public readonly void Execute(int item, int thread)
    {
        var scratch = Chunk.Private + (thread * Chunk.PrivateStride);
        var start = item * Chunk.TileRows;
        var end = Math.Min(start + Chunk.TileRows, Chunk.Rows);

        // While all threads are busy, these are the rows that come next here.
        var following = Math.Min(item + Chunk.Threads, Items - 1) * Chunk.TileRows;
        for (var block = 0; block < Chunk.AllBlocks; block++)
        {
            for (var row = start; row < end; row += GroupRows)
            {
                var next = row + GroupRows < end ? InMemory(block, row + GroupRows)
                    : block + 1 < Chunk.AllBlocks ? InMemory(block + 1, start) : InMemory(0, following);
                var left = Chunk.Left == null ? Chunk.PrivateBlock<TKernel>(thread) : Chunk.SharedLeft<TKernel>(block, row);
                var rows = Math.Min(GroupRows, end - row);
                Chunk.PackLeft<TKernel>(block, row, rows, left);
                var tile = new Tile(row, rows, 0, Chunk.Problem.N);
                Chunk.TermOf(block, out _, out var length);
                TileBlock<TKernel>.Multiply(Chunk, tile, block, PanelSource.Packed(left, length, TKernel.Rows), Chunk.SharedRight<TKernel>(block, 0), next, scratch);
            }
        }
    }

    private readonly MemoryBlock InMemory(int block, int row) => Chunk.LeftInMemory(block, row, Math.Min(GroupRows, Chunk.Rows - row));
}
