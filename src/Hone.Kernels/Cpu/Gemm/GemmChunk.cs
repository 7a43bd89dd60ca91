using System.Runtime.CompilerServices;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// Part of a problem whose shared operand fits the shared packing buffer: rows [Row, Row + Rows) and blocks of k
/// [Block, Block + Blocks) of the first term, and the whole second term when <see cref="WithSecond"/>.
/// </summary>
internal unsafe struct GemmChunk
{
    public GemmProblem Problem;
    public int Row;
    public int Rows;
    public int Block;
    public int Blocks;
    public int BlockLength;
    public bool WithSecond;
    public int TileRows;
    public int TileColumns;
    public int Threads;

    /// <summary>The right operand is packed for all threads, and a tile packs its rows of the left one; otherwise the other way round.</summary>
    public bool SharesRight;

    /// <summary>The left operand is read as it lies in memory.</summary>
    public bool LeftInPlace;

    /// <summary>Where the packed left operand lies; null when it is not kept.</summary>
    public float* Left;

    /// <summary>Where the packed right operand lies, if it is shared.</summary>
    public float* Right;

    public float* Private;
    public nint PrivateStride;

    /// <summary>Blocks of k, the second term being one.</summary>
    public readonly int AllBlocks => Blocks + (WithSecond ? 1 : 0);

    /// <summary>Term and range of k of a block.</summary>
    public readonly ref readonly GemmTerm TermOf(int block, out int start, out int length)
    {
        if (block == Blocks)
        {
            start = 0;
            length = Problem.Second.K;
            return ref Unsafe.AsRef(in Problem.Second);
        }

        start = (Block + block) * BlockLength;
        length = Math.Min(BlockLength, Problem.First.K - start);
        return ref Unsafe.AsRef(in Problem.First);
    }

    /// <summary>Whether a block is the last one of the problem.</summary>
    public readonly bool IsLast(int block) => block == AllBlocks - 1 && (Block + Blocks) * (long)BlockLength >= Problem.First.K;

    /// <summary>Where the panel that begins with a row of the chunk lies in the kept left operand.</summary>
    public readonly float* SharedLeft<TKernel>(int block, int row)
        where TKernel : struct, IMicroKernel => Panel(Left, block, row, Panels(Rows, TKernel.Rows) * TKernel.Rows);

    /// <summary>Where the panel that begins with a column lies in the shared right operand.</summary>
    public readonly float* SharedRight<TKernel>(int block, int column)
        where TKernel : struct, IMicroKernel => Panel(Right, block, column, Panels(Problem.N, TKernel.Columns) * TKernel.Columns);

    /// <summary>A thread's own memory for packing, behind what <see cref="TileBlock{TKernel}"/> needs.</summary>
    public readonly float* PrivateBlock<TKernel>(int thread)
        where TKernel : struct, IMicroKernel =>
        Private + (thread * PrivateStride) + (TKernel.Rows * (TKernel.Columns + GemmEngine.LongestSecondTerm));

    /// <summary>The left operand from a row of the chunk on, a multiple of the kernel's rows.</summary>
    public readonly PanelSource LeftPanels<TKernel>(int block, int row)
        where TKernel : struct, IMicroKernel
    {
        ref readonly var term = ref TermOf(block, out _, out var length);
        return LeftInPlace
            ? PanelSource.InMemory((float*)LeftSource(block, row), term.LeftStride, Problem.LeftTransposed)
            : PanelSource.Packed(SharedLeft<TKernel>(block, row), length, TKernel.Rows);
    }

    /// <summary>Packs rows of the chunk.</summary>
    public readonly void PackLeft<TKernel>(int block, int row, int rows, float* target)
        where TKernel : struct, IMicroKernel
    {
        ref readonly var term = ref TermOf(block, out _, out var length);
        Packing.Pack(DType.F32, LeftSource(block, row), term.LeftStride, !Problem.LeftTransposed, rows, length, TKernel.Rows, 1, target);
    }

    /// <summary>Packs columns.</summary>
    public readonly void PackRight<TKernel>(int block, int column, int columns, float* target)
        where TKernel : struct, IMicroKernel
    {
        ref readonly var term = ref TermOf(block, out _, out var length);
        Packing.Pack(term.RightType, RightSource(block, column), term.RightStride, Problem.RightTransposed, columns, length, TKernel.Columns, term.Factor, target);
    }

    /// <summary>A block of rows of the left operand as it lies in memory.</summary>
    public readonly MemoryBlock LeftInMemory(int block, int row, int rows)
    {
        ref readonly var term = ref TermOf(block, out _, out var length);
        return new MemoryBlock(LeftSource(block, row), term.LeftStride * sizeof(float), rows, length, sizeof(float), !Problem.LeftTransposed);
    }

    /// <summary>A block of columns of the right operand as it lies in memory.</summary>
    public readonly MemoryBlock RightInMemory(int block, int column, int columns)
    {
        ref readonly var term = ref TermOf(block, out _, out var length);
        return new MemoryBlock(RightSource(block, column), term.RightStride * term.RightType.Size(), columns, length, term.RightType.Size(), Problem.RightTransposed);
    }

    /// <summary>Panels that cover some lines.</summary>
    public static int Panels(int lines, int width) => (lines + width - 1) / width;

    /// <summary>The element at (row, column) of an operand of some type.</summary>
    public static void* At(void* data, DType type, nint stride, nint row, nint column) =>
        (byte*)data + (((row * stride) + column) * type.Size());

    private readonly void* LeftSource(int block, int row)
    {
        ref readonly var term = ref TermOf(block, out var start, out _);
        nint line = Row + row;
        return Problem.LeftTransposed
            ? At(term.Left, DType.F32, term.LeftStride, start, line)
            : At(term.Left, DType.F32, term.LeftStride, line, start);
    }

    private readonly void* RightSource(int block, int column)
    {
        ref readonly var term = ref TermOf(block, out var start, out _);
        return Problem.RightTransposed
            ? At(term.Right, term.RightType, term.RightStride, column, start)
            : At(term.Right, term.RightType, term.RightStride, start, column);
    }

    private readonly float* Panel(float* operand, int block, int line, int lines)
    {
        TermOf(block, out _, out var length);
        return operand + ((nint)block * BlockLength * lines) + ((nint)line * length);
    }
}
