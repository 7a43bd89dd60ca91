using System.Runtime.CompilerServices;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// Part of a problem whose left operand fits the shared packing buffer: rows [Row, Row + Rows) and blocks of k
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
    public int PanelsPerPackItem;
    public int TileRows;
    public int TileColumns;
    public int Threads;
    public float* Shared;
    public float* Private;
    public nint PrivateStride;

    /// <summary>Rows packed, edges filled up.</summary>
    public readonly int PackedRows<TKernel>()
        where TKernel : struct, IMicroKernel => Panels(Rows, TKernel.Rows) * TKernel.Rows;

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

    /// <summary>Panels that cover some lines.</summary>
    public static int Panels(int lines, int width) => (lines + width - 1) / width;

    /// <summary>The element at (row, column) of an operand of some type.</summary>
    public static void* At(void* data, DType type, nint stride, nint row, nint column) =>
        (byte*)data + (((row * stride) + column) * type.Size());
}
