using Hone.Tensors;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// Matrix products after Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): operands are copied
/// into panels in the order in which a register-sized kernel reads them. One operand is packed once by all threads into one shared
/// buffer; then threads claim tiles of the output and pack their share of the other, the larger one as a rule.
/// Tiles follow the number of threads, blocks of k never do, so the bits stay.
/// </summary>
internal sealed unsafe class GemmEngine
{
    /// <summary>Longest second term.</summary>
    public const int LongestSecondTerm = LongestBlock;

    /// <summary>Rows that lie farther apart are not read across memory in place: each would be a page of its own, which costs what packing saves.</summary>
    public const int LongestStrideAcross = 2048;

    private const int LongestBlock = 256;
    private const int MostThinRows = 8;
    private const int MostTileColumns = 256;

    /// <summary>Room for the activations of 512 × 4864 or 2048 × 1408: what is whole is packed once for two products.</summary>
    private const int SharedFloats = 3 << 20;

    private const int BufferFloats = SharedFloats + (MostChunkRows * LongestSecondTerm);
    private const int MostChunkRows = 2560;
    private const int MostTileRows = 1024;
    private const int LeastTileRows = 64;

    /// <summary>A block of so many columns of the right operand leaves room in a second-level cache of 1 MB.</summary>
    private const int MostSharedColumns = 512;

    /// <summary>Outputs of at most so many columns read the left operand as it lies in memory; for wider ones, packing it pays.</summary>
    private const int MostColumnsInPlace = 1536;

    private readonly ThreadTeam team;
    private readonly float* shared;
    private readonly float* @private;
    private readonly nint privateStride;

    /// <summary>The operand that lies in the shared buffer whole; K = 0 when there is none.</summary>
    private GemmTerm packed;

    private int packedRows;
    private bool packedTransposed;

    /// <summary>Takes the packing buffers.</summary>
    public GemmEngine(ThreadTeam team, Arena workspace, InstructionSet instructionSet)
    {
        this.team = team;
        InstructionSet = instructionSet;
        privateStride = (14 * (32 + LongestBlock)) + (LongestBlock * MostTileColumns);
        shared = (float*)workspace.AllocateBytes(BufferFloats * (long)sizeof(float));
        @private = (float*)workspace.AllocateBytes(privateStride * team.Count * sizeof(float));
    }

    /// <summary>Which kernel multiplies.</summary>
    public InstructionSet InstructionSet { get; }

    /// <summary>How k is cut: even blocks of at most 256, multiples of 8.</summary>
    public static int BlockLength(int k)
    {
        if (k <= LongestBlock) return Math.Max(k, 1);
        var blocks = (k + LongestBlock - 1) / LongestBlock;
        return ((k + blocks - 1) / blocks + 7) & ~7;
    }

    /// <summary>Multiplies.</summary>
    public void Run(in GemmProblem problem)
    {
        if (problem.M <= MostThinRows && problem.RightTransposed && !problem.LeftTransposed && !problem.Accumulate)
        {
            RunThin(problem);
            return;
        }

        if (InstructionSet == InstructionSet.Vector512 && FewRowsJob.Suits(problem))
        {
            var job = new FewRowsJob { Problem = problem };
            team.Run(job.Items, job);
            return;
        }

        switch (InstructionSet)
        {
            case InstructionSet.Vector512:
                Run<Kernel512>(problem);
                break;
            case InstructionSet.Vector256:
                Run<Kernel256>(problem);
                break;
            case InstructionSet.Vector128:
                Run<Kernel128>(problem);
                break;
            default:
                Run<KernelScalar>(problem);
                break;
        }
    }

    private void RunThin(in GemmProblem problem)
    {
        var job = new ThinProductJob
        {
            Term = problem.First,
            M = problem.M,
            N = problem.N,
            C = problem.C,
            CStride = problem.CStride,
            Residual = problem.Residual,
            ResidualStride = problem.ResidualStride,
            Bias = problem.Bias,
        };
        team.Run(job.Items, job);
        if (problem.Second.K == 0) return;
        job.Term = problem.Second;
        job.Residual = problem.C;
        job.ResidualStride = problem.CStride;
        job.Bias = null;
        team.Run(job.Items, job);
    }

    private void Run<TKernel>(in GemmProblem problem)
        where TKernel : struct, IMicroKernel
    {
        if (problem.M == 0 || problem.N == 0) return;
        var chunk = new GemmChunk
        {
            Problem = problem,
            BlockLength = BlockLength(problem.First.K),
            Left = shared,
            Private = @private,
            PrivateStride = privateStride,
            Threads = team.Count,
        };
        var isPacked = problem.LeftIsPacked && IsPacked(problem);
        chunk.LeftInPlace = !isPacked && CanReadLeft<TKernel>(problem);
        if (chunk.LeftInPlace) RunInPlace<TKernel>(chunk);
        else if (!isPacked && IsTall(problem)) RunLeftTiles<TKernel>(chunk);
        else RunRightTiles<TKernel>(chunk, isPacked);
    }

    /// <summary>
    /// Whether the left operand is so much larger that packing it in passing pays. Where its rows lie across memory, packing needs
    /// more cache, and the margin is wider.
    /// </summary>
    private static bool IsTall(in GemmProblem problem) =>
        problem.N <= MostSharedColumns && problem.M >= (problem.LeftTransposed ? 8 : 1) * problem.N;

    /// <summary>Whether the left operand is read in place: for a narrow product, where each of its numbers meets only a few others, if its rows don't get into each other's way.</summary>
    private static bool CanReadLeft<TKernel>(in GemmProblem problem)
        where TKernel : struct, IMicroKernel
    {
        if (!TKernel.ReadsInPlace) return false;
        var fits = problem.LeftTransposed
            ? problem.N <= TKernel.NarrowColumns && problem.First.LeftStride <= LongestStrideAcross
            : problem.N <= MostColumnsInPlace;
        return fits && CacheSets.AreSpread(problem.First.LeftStride * sizeof(float)) && (problem.Second.K == 0 || CacheSets.AreSpread(problem.Second.LeftStride * sizeof(float)));
    }

    private void RunInPlace<TKernel>(GemmChunk chunk)
        where TKernel : struct, IMicroKernel
    {
        (chunk.Rows, chunk.Blocks) = (chunk.Problem.M, Blocks(chunk, 1).All);
        chunk.WithSecond = chunk.Problem.Second.K > 0;
        ChooseTiles<TKernel>(ref chunk);
        var tiles = new RightTileJob<TKernel> { Chunk = chunk };
        team.Run(tiles.Items, tiles);
        packed = default;
    }

    private void RunRightTiles<TKernel>(GemmChunk chunk, bool isPacked)
        where TKernel : struct, IMicroKernel
    {
        ref var problem = ref chunk.Problem;
        var chunkRows = EvenPart<TKernel>(problem.M, MostChunkRows - TKernel.Rows);
        var (blocks, chunkBlocks) = Blocks(chunk, GemmChunk.Panels(chunkRows, TKernel.Rows) * TKernel.Rows);
        var isWhole = chunkRows >= problem.M && chunkBlocks >= blocks;
        for (chunk.Row = 0; chunk.Row < problem.M; chunk.Row += chunkRows)
        {
            chunk.Rows = Math.Min(chunkRows, problem.M - chunk.Row);
            for (chunk.Block = 0; chunk.Block < blocks; chunk.Block += chunkBlocks)
            {
                chunk.Blocks = Math.Min(chunkBlocks, blocks - chunk.Block);
                chunk.WithSecond = problem.Second.K > 0 && chunk.Block + chunk.Blocks == blocks;
                ChooseTiles<TKernel>(ref chunk);
                var pack = new PackSharedJob<TKernel> { Chunk = chunk, FirstBlock = isPacked ? chunk.Blocks : 0 };
                team.Run(pack.Items, pack);
                var tiles = new RightTileJob<TKernel> { Chunk = chunk };
                team.Run(tiles.Items, tiles);
            }
        }

        NotePacked(problem, isWhole);
    }

    private void RunLeftTiles<TKernel>(GemmChunk chunk)
        where TKernel : struct, IMicroKernel
    {
        ref var problem = ref chunk.Problem;
        chunk.SharesRight = true;
        chunk.Rows = problem.M;
        var columns = GemmChunk.Panels(problem.N, TKernel.Columns) * TKernel.Columns;
        var (blocks, chunkBlocks) = Blocks(chunk, columns);
        var (rows, k) = ((nint)GemmChunk.Panels(problem.M, TKernel.Rows) * TKernel.Rows, blocks * chunk.BlockLength);
        var leftFloats = rows * (k + problem.Second.K);

        // A product that finds the left operand packed reads it as one chunk.
        var keeps = problem.M <= MostChunkRows - TKernel.Rows && rows * k <= SharedFloats
            && leftFloats + ((nint)columns * (k + problem.Second.K)) <= BufferFloats;
        chunk.Left = keeps ? shared : null;
        chunk.Right = keeps ? shared + leftFloats : shared;

        // With one block of k the right operand stays in the second-level cache whatever the tiles; otherwise each tile reads it again.
        var share = problem.M / ((blocks == 1 ? 4 : 2) * team.Count);
        chunk.TileRows = EvenPart<TKernel>(problem.M, team.Count == 1 ? MostTileRows : Math.Clamp(share, LeastTileRows, MostTileRows));
        for (chunk.Block = 0; chunk.Block < blocks; chunk.Block += chunkBlocks)
        {
            chunk.Blocks = Math.Min(chunkBlocks, blocks - chunk.Block);
            chunk.WithSecond = problem.Second.K > 0 && chunk.Block + chunk.Blocks == blocks;
            var pack = new PackSharedJob<TKernel> { Chunk = chunk };
            team.Run(pack.Items, pack);
            var tiles = new LeftTileJob<TKernel> { Chunk = chunk };
            team.Run(tiles.Items, tiles);
        }

        NotePacked(problem, keeps);
    }

    /// <summary>How many blocks of k there are, and of how many at once so many lines of the shared operand fit the buffer.</summary>
    private static (int All, int AtOnce) Blocks(in GemmChunk chunk, int lines)
    {
        var all = Math.Max(1, (chunk.Problem.First.K + chunk.BlockLength - 1) / chunk.BlockLength);
        return (all, Math.Max(1, SharedFloats / (lines * chunk.BlockLength)));
    }

    private void NotePacked(in GemmProblem problem, bool isWhole)
    {
        packed = isWhole ? problem.First : default;
        (packedRows, packedTransposed) = (problem.M, problem.LeftTransposed);
    }

    private bool IsPacked(in GemmProblem problem) => packed.Left == problem.First.Left && packed.LeftStride == problem.First.LeftStride
        && packed.K == problem.First.K && packedRows == problem.M && packedTransposed == problem.LeftTransposed;

    /// <summary>
    /// The cheapest way to cut c. Narrow tiles read the packed left operand often, flat ones pack the right one often, and few
    /// ones leave threads idle at the end. The costs are shares of the whole, chosen on an Emerald Rapids with two threads.
    /// </summary>
    private void ChooseTiles<TKernel>(ref GemmChunk chunk)
        where TKernel : struct, IMicroKernel
    {
        var panels = GemmChunk.Panels(chunk.Problem.N, TKernel.Columns);
        var mostPanels = MostTileColumns / TKernel.Columns;
        var least = double.PositiveInfinity;
        for (var columnTiles = GemmChunk.Panels(panels, mostPanels); columnTiles <= panels; columnTiles *= 2)
        {
            var tilePanels = GemmChunk.Panels(panels, columnTiles);
            for (var rowTiles = GemmChunk.Panels(chunk.Rows, MostTileRows); rowTiles <= GemmChunk.Panels(chunk.Rows, LeastTileRows); rowTiles++)
            {
                var tileRows = EvenPart<TKernel>(chunk.Rows, (chunk.Rows + rowTiles - 1) / rowTiles);
                var tiles = GemmChunk.Panels(chunk.Rows, tileRows) * GemmChunk.Panels(panels, tilePanels);
                var cost = (2.0 / (tilePanels * TKernel.Columns)) + (12.0 / Math.Min(tileRows, chunk.Rows)) + IdleShare(tiles);
                if (cost >= least) continue;
                least = cost;
                (chunk.TileRows, chunk.TileColumns) = (tileRows, tilePanels * TKernel.Columns);
                if (team.Count == 1) break;
            }

            if (tilePanels == 1) break;
        }
    }

    /// <summary>What threads wait at the end: the last round may not be full, and threads are never equally fast.</summary>
    private double IdleShare(int tiles)
    {
        if (team.Count == 1) return 0;
        var rounds = (tiles + team.Count - 1) / team.Count;
        return ((double)rounds * team.Count / tiles) - 1 + (0.03 / rounds);
    }

    /// <summary>Cuts rows into parts of nearly even size, whole panels, about <paramref name="most"/> long.</summary>
    private static int EvenPart<TKernel>(int rows, int most)
        where TKernel : struct, IMicroKernel
    {
        var parts = (rows + most - 1) / most;
        return GemmChunk.Panels((rows + parts - 1) / parts, TKernel.Rows) * TKernel.Rows;
    }
}
