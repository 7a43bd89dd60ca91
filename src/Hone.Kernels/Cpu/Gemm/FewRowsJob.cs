using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// c[M, N] (+)= leftᵀ·right for a few rows of c, as the gradient of a low-rank matrix has them, with AVX-512. Every number of the right
/// operand meets only M others, so packing it would take longer than multiplying: both operands are read as they lie in memory.
/// An item is some columns of c. The bits are those of the packed product.
/// </summary>
internal unsafe struct FewRowsJob : ITeamJob
{
    private const int Rows = 16;
    private const int Columns = 16;
    private const int MostRows = 4 * Rows;

    /// <summary>Columns of an item: whole lines, and runs that are not too short for memory.</summary>
    private const int ItemColumns = 4 * Columns;

    /// <summary>Rows of the right operand that are asked for ahead.</summary>
    private const int RowsAhead = 24;

    public GemmProblem Problem;

    /// <summary>Number of items.</summary>
    public readonly int Items => (Problem.N + ItemColumns - 1) / ItemColumns;

    /// <summary>Whether a problem is one for this job.</summary>
    public static bool Suits(in GemmProblem problem) =>
        problem.LeftTransposed && !problem.RightTransposed && problem.First.K > 0 && problem.Second.K == 0 && problem.Residual == null && problem.Bias == null
        && problem.M <= MostRows && problem.M % Rows == 0 && problem.N % Columns == 0
        && problem.First.RightType == DType.F32 && problem.First.Factor == 1 && problem.First.RightStride <= GemmEngine.LongestStrideAcross;

    /// <inheritdoc/>
    public readonly void Execute(int item, int thread)
    {
        ref readonly var term = ref Unsafe.AsRef(in Problem.First);
        var right = (float*)term.Right;
        var blockLength = GemmEngine.BlockLength(term.K);
        var end = Math.Min((item + 1) * ItemColumns, Problem.N);
        for (var k = 0; k < term.K; k += blockLength)
        {
            var length = Math.Min(blockLength, term.K - k);
            for (var column = item * ItemColumns; column < end; column += Columns)
            {
                for (var row = 0; row < Problem.M; row += Rows)
                {
                    // The first columns ask for those of the whole item.
                    var fetched = row == 0 && column == item * ItemColumns ? ItemColumns : 0;
                    Multiply(term.Left + (k * term.LeftStride) + row, term.LeftStride, right + (k * term.RightStride) + column, term.RightStride, length, fetched,
                        Problem.C + (row * Problem.CStride) + column, Problem.CStride, Problem.Accumulate || k > 0);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* left, nint leftStride, float* right, nint rightStride, nint k, int fetched, float* c, nint cStride, bool adds)
    {
        Vector512<float> c0 = Vector512<float>.Zero, c1 = Vector512<float>.Zero, c2 = Vector512<float>.Zero, c3 = Vector512<float>.Zero, c4 = Vector512<float>.Zero, c5 = Vector512<float>.Zero, c6 = Vector512<float>.Zero, c7 = Vector512<float>.Zero;
        Vector512<float> c8 = Vector512<float>.Zero, c9 = Vector512<float>.Zero, c10 = Vector512<float>.Zero, c11 = Vector512<float>.Zero, c12 = Vector512<float>.Zero, c13 = Vector512<float>.Zero, c14 = Vector512<float>.Zero, c15 = Vector512<float>.Zero;
        var ahead = RowsAhead * rightStride;
        for (; k > 0; k--)
        {
            for (var line = 0; line < fetched; line += Columns) Sse.Prefetch0(right + ahead + line);
            var row = Vector512.Load(right);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(left[0]), row, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(left[1]), row, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(left[2]), row, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(left[3]), row, c3);
            c4 = Vector512.FusedMultiplyAdd(Vector512.Create(left[4]), row, c4);
            c5 = Vector512.FusedMultiplyAdd(Vector512.Create(left[5]), row, c5);
            c6 = Vector512.FusedMultiplyAdd(Vector512.Create(left[6]), row, c6);
            c7 = Vector512.FusedMultiplyAdd(Vector512.Create(left[7]), row, c7);
            c8 = Vector512.FusedMultiplyAdd(Vector512.Create(left[8]), row, c8);
            c9 = Vector512.FusedMultiplyAdd(Vector512.Create(left[9]), row, c9);
            c10 = Vector512.FusedMultiplyAdd(Vector512.Create(left[10]), row, c10);
            c11 = Vector512.FusedMultiplyAdd(Vector512.Create(left[11]), row, c11);
            c12 = Vector512.FusedMultiplyAdd(Vector512.Create(left[12]), row, c12);
            c13 = Vector512.FusedMultiplyAdd(Vector512.Create(left[13]), row, c13);
            c14 = Vector512.FusedMultiplyAdd(Vector512.Create(left[14]), row, c14);
            c15 = Vector512.FusedMultiplyAdd(Vector512.Create(left[15]), row, c15);
            left += leftStride;
            right += rightStride;
        }

        Store(c, c0, adds);
        Store(c + cStride, c1, adds);
        Store(c + (2 * cStride), c2, adds);
        Store(c + (3 * cStride), c3, adds);
        Store(c + (4 * cStride), c4, adds);
        Store(c + (5 * cStride), c5, adds);
        Store(c + (6 * cStride), c6, adds);
        Store(c + (7 * cStride), c7, adds);
        Store(c + (8 * cStride), c8, adds);
        Store(c + (9 * cStride), c9, adds);
        Store(c + (10 * cStride), c10, adds);
        Store(c + (11 * cStride), c11, adds);
        Store(c + (12 * cStride), c12, adds);
        Store(c + (13 * cStride), c13, adds);
        Store(c + (14 * cStride), c14, adds);
        Store(c + (15 * cStride), c15, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector512<float> v, bool adds)
    {
        if (adds) v += Vector512.Load(c);
        v.Store(c);
    }
}
