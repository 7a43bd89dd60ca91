namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// Multiplies the left operand of a chunk, packed or as it is, with the right one; an item is a tile of c. A thread packs the columns
/// that it needs for itself, so they stay in its own cache, and c is revisited block after block while it is there too.
/// </summary>
internal unsafe struct RightTileJob<TKernel> : ITeamJob
    where TKernel : struct, IMicroKernel
{
    public GemmChunk Chunk;

    /// <summary>Number of items.</summary>
    public readonly int Items => RowTiles * GemmChunk.Panels(Chunk.Problem.N, Chunk.TileColumns);

    private readonly int RowTiles => GemmChunk.Panels(Chunk.Rows, Chunk.TileRows);

    /// <inheritdoc/>
    public readonly void Execute(int item, int thread)
    {
        var scratch = Chunk.Private + (thread * Chunk.PrivateStride);
        var right = Chunk.PrivateBlock<TKernel>(thread);
        var tile = TileOf(item);

        // While all threads are busy, this is the tile that comes next here.
        var following = item + Chunk.Threads < Items ? TileOf(item + Chunk.Threads) : tile;
        for (var block = 0; block < Chunk.AllBlocks; block++)
        {
            var isLast = block == Chunk.AllBlocks - 1;
            var next = isLast ? Chunk.RightInMemory(0, following.Column, following.Columns) : Chunk.RightInMemory(block + 1, tile.Column, tile.Columns);
            Chunk.PackRight<TKernel>(block, tile.Column, tile.Columns, right);
            TileBlock<TKernel>.Multiply(Chunk, tile, block, Chunk.LeftPanels<TKernel>(block, tile.Row), right, next, scratch);
        }
    }

    private readonly Tile TileOf(int item)
    {
        var (row, column) = (item % RowTiles * Chunk.TileRows, item / RowTiles * Chunk.TileColumns);
        return new Tile(row, Math.Min(Chunk.TileRows, Chunk.Rows - row), column, Math.Min(Chunk.TileColumns, Chunk.Problem.N - column));
    }
}
