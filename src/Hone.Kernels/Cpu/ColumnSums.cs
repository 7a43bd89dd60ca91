using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <content>Gradient of a bias.</content>
public sealed unsafe partial class CpuKernels
{
    private const int ColumnsPerSum = 64;

    /// <summary>sums[1, N] += column sums of x, rows in order.</summary>
    private void AddColumnSums(Tensor x, Tensor sums) =>
        team.Run((x.Columns + ColumnsPerSum - 1) / ColumnsPerSum, new ColumnSumJob { X = x, Sums = sums.F32 });

    private struct ColumnSumJob : ITeamJob
    {
        public Tensor X;
        public float* Sums;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Execute(int item, int thread)
        {
            var first = item * ColumnsPerSum;
            var count = Math.Min(ColumnsPerSum, X.Columns - first);
            var partial = stackalloc float[ColumnsPerSum];
            new Span<float>(partial, count).Clear();
            for (var row = 0; row < X.Rows; row++)
            {
                var x = X.F32 + ((nint)row * X.Stride) + first;
                var j = 0;
                for (; j + 8 <= count; j += 8) (Vector256.Load(partial + j) + Vector256.Load(x + j)).Store(partial + j);
                for (; j < count; j++) partial[j] += x[j];
            }

            for (var j = 0; j < count; j++) Sums[first + j] += partial[j];
        }
    }
}
