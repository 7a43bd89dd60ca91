using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>
/// Σ x² in double. Elements in row order are cut into chunks of 4096; a chunk has 16 logical lanes, element i in lane i mod 16;
/// the chunks' sums are added in order.
/// </summary>
public sealed unsafe partial class CpuKernels
{
    private const int SquaresChunk = 4096;

    /// <summary>Chunks of one dispatch; bounds the memory for their sums.</summary>
    private const int SquaresBatch = 4096;

    /// <inheritdoc/>
    public double SumOfSquares(Tensor x)
    {
        Shapes.RequireType(DType.F32, x);
        var partials = (double*)reductionScratch.Ensure(SquaresBytes);
        var rows = (float*)(partials + SquaresBatch);
        var total = 0.0;
        var chunks = (x.Count + SquaresChunk - 1) / SquaresChunk;
        for (long first = 0; first < chunks; first += SquaresBatch)
        {
            var count = (int)Math.Min(SquaresBatch, chunks - first);
            team.Run(count, new SquaresJob(x, first, partials, rows));
            for (var i = 0; i < count; i++) total += partials[i];
        }

        return total;
    }

    private long SquaresBytes => (SquaresBatch * sizeof(double)) + ((long)team.Count * SquaresChunk * sizeof(float));

    private readonly struct SquaresJob(Tensor x, long first, double* partials, float* scratch) : ITeamJob
    {
        public void Execute(int item, int thread)
        {
            var start = (first + item) * SquaresChunk;
            var count = (int)Math.Min(SquaresChunk, x.Count - start);
            var from = x.IsDense ? x.F32 + start : Collect(start, count, scratch + (nint)thread * SquaresChunk);
            var (a, b, c, d) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
            for (var i = 0; i < count; i += Vectors.SumLanes)
            {
                var (low, high) = Vector256.Widen(Vectors.Load(from + i, count - i));
                a = Vector256.FusedMultiplyAdd(low, low, a);
                b = Vector256.FusedMultiplyAdd(high, high, b);
                if (count - i <= Vectors.Lanes) break;
                (low, high) = Vector256.Widen(Vectors.Load(from + i + Vectors.Lanes, count - i - Vectors.Lanes));
                c = Vector256.FusedMultiplyAdd(low, low, c);
                d = Vector256.FusedMultiplyAdd(high, high, d);
            }

            var four = a + c + (b + d);
            partials[item] = four[0] + four[2] + (four[1] + four[3]);
        }

        /// <summary>Elements of strided rows, side by side.</summary>
        private float* Collect(long start, int count, float* to)
        {
            for (var done = 0; done < count;)
            {
                var (row, column) = Math.DivRem(start + done, x.Columns);
                var n = (int)Math.Min(count - done, x.Columns - column);
                new ReadOnlySpan<float>(x.F32 + (nint)row * x.Stride + column, n).CopyTo(new Span<float>(to + done, n));
                done += n;
            }

            return to;
        }
    }
}
