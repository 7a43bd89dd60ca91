using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>
/// Root-mean-square norm. x, y, dy, dx [T, G·D]; w, dw [D]; rstd [T, G].
/// Forward: y = x·rstd·(w + offset), rstd = 1/√(mean x² + eps). Backward: h = dy·(w + offset),
/// dx (= or +=) rstd·(h − x·rstd²·mean(h·x)), dw += Σ dy·x·rstd: one partial sum per fixed chunk of rows, added in chunk order.
/// </summary>
public sealed unsafe partial class CpuKernels
{
    /// <summary>Most chunks of rows that the gradient of a norm weight is summed in.</summary>
    private const int NormChunks = 64;

    /// <inheritdoc/>
    public void RmsNorm(Tensor x, Tensor w, Tensor y, Tensor rstd, float eps, float weightOffset)
    {
        Shapes.RequireSame(x, y);
        Shapes.Require(w.Columns > 0 && x.Columns == rstd.Columns * w.Columns && x.Rows == rstd.Rows, x, rstd);
        Shapes.RequireType(DType.F32, x);
        Shapes.RequireType(DType.F32, w);
        var items = new RowItems(x.Rows, x.Columns);
        team.Run(items.Count, new RmsNormJob(items, x, w, y, rstd, eps, weightOffset));
    }

    /// <inheritdoc/>
    public void RmsNormBackward(Tensor x, Tensor w, Tensor rstd, Tensor dy, Tensor dx, Tensor dw, float weightOffset, bool accumulateInput)
    {
        Shapes.RequireSame(x, dy);
        Shapes.RequireSame(x, dx);
        Shapes.Require(w.Columns > 0 && x.Columns == rstd.Columns * w.Columns && x.Rows == rstd.Rows, x, rstd);
        Shapes.Require(dw.IsEmpty || dw.Columns == w.Columns, w, dw);
        Shapes.RequireType(DType.F32, x);
        Shapes.RequireType(DType.F32, w);
        if (x.Rows == 0) return;
        var rowsPerChunk = NormRowsPerChunk(x.Rows);
        var chunks = (x.Rows + rowsPerChunk - 1) / rowsPerChunk;
        var partials = dw.IsEmpty ? null : (float*)reductionScratch.Ensure(NormPartialBytes(x.Rows, w.Columns));
        team.Run(chunks, new RmsNormBackwardJob(x, w, rstd, dy, dx, partials, rowsPerChunk, weightOffset, accumulateInput));
        if (dw.IsEmpty) return;
        var sum = new PartialSumsJob(partials, chunks, dw);
        team.Run((w.Columns + PartialSumsJob.ColumnsPerItem - 1) / PartialSumsJob.ColumnsPerItem, sum);
    }

    private static int NormRowsPerChunk(int rows) => Math.Max(4, (rows + NormChunks - 1) / NormChunks);

    private static long NormPartialBytes(int rows, int columns) =>
        ((long)rows + NormRowsPerChunk(rows) - 1) / NormRowsPerChunk(rows) * columns * sizeof(float);

    private readonly struct RmsNormJob(RowItems items, Tensor x, Tensor w, Tensor y, Tensor rstd, float eps, float offset) : ITeamJob
    {
        public void Execute(int item, int thread)
        {
            var size = w.Columns;
            for (var t = items.First(item); t < items.End(item); t++)
            {
                for (var g = 0; g < rstd.Columns; g++)
                {
                    var from = x.F32 + (nint)t * x.Stride + (nint)g * size;
                    var to = y.F32 + (nint)t * y.Stride + (nint)g * size;
                    var r = 1 / MathF.Sqrt(SumOfProducts(from, from, size) / size + eps);
                    rstd.F32[(nint)t * rstd.Stride + g] = r;
                    Scale(from, r, to, size);
                }
            }
        }

        private void Scale(float* from, float r, float* to, int size)
        {
            var (factor, shift) = (Vector256.Create(r), Vector256.Create(offset));
            for (var i = 0; i < size; i += Vectors.Lanes)
            {
                var n = size - i;
                Vectors.Prefetch(from + i + Vectors.StreamAhead);
                Vectors.Prefetch(to + i + Vectors.StreamAhead);
                Vectors.Store(Vectors.Load(from + i, n) * factor * (Vectors.Load(w.F32 + i, n) + shift), to + i, n);
            }
        }
    }

    private readonly struct RmsNormBackwardJob(Tensor x, Tensor w, Tensor rstd, Tensor dy, Tensor dx, float* partials, int rowsPerChunk,
        float offset, bool accumulate) : ITeamJob
    {
        public void Execute(int item, int thread)
        {
            var size = w.Columns;
            var partial = partials is null ? null : partials + (nint)item * size;
            if (partial is not null) new Span<float>(partial, size).Clear();
            for (var t = item * rowsPerChunk; t < Math.Min(x.Rows, (item + 1) * rowsPerChunk); t++)
            {
                for (var g = 0; g < rstd.Columns; g++)
                {
                    var column = (nint)g * size;
                    Group(x.F32 + (nint)t * x.Stride + column, dy.F32 + (nint)t * dy.Stride + column,
                        rstd.F32[(nint)t * rstd.Stride + g], dx.F32 + (nint)t * dx.Stride + column, partial, size);
                }
            }
        }

        private void Group(float* from, float* gradient, float r, float* to, float* partial, int size)
        {
            var shift = Vector256.Create(offset);
            var mean = r * r * r * WeightedDot(from, gradient, size) / size;
            var (factor, correction) = (Vector256.Create(r), Vector256.Create(-mean));
            for (var i = 0; i < size; i += Vectors.Lanes)
            {
                var n = size - i;
                Vectors.Prefetch(from + i + Vectors.StreamAhead);
                Vectors.Prefetch(gradient + i + Vectors.StreamAhead);
                Vectors.Prefetch(to + i + Vectors.StreamAhead);
                var (values, d) = (Vectors.Load(from + i, n), Vectors.Load(gradient + i, n));
                if (partial is not null)
                    Vectors.Store(Vector256.FusedMultiplyAdd(d, values * factor, Vectors.Load(partial + i, n)), partial + i, n);
                var h = d * (Vectors.Load(w.F32 + i, n) + shift);
                var result = Vector256.FusedMultiplyAdd(correction, values, factor * h);
                if (accumulate) result += Vectors.Load(to + i, n);
                Vectors.Store(result, to + i, n);
            }
        }

        /// <summary>Σ dy·(w + offset)·x.</summary>
        private float WeightedDot(float* from, float* gradient, int size)
        {
            var shift = Vector256.Create(offset);
            var (low, high) = (Vector256<float>.Zero, Vector256<float>.Zero);
            for (var i = 0; i < size; i += Vectors.SumLanes)
            {
                int n = size - i, m = n - Vectors.Lanes;
                var h = Vectors.Load(gradient + i, n) * (Vectors.Load(w.F32 + i, n) + shift);
                low = Vector256.FusedMultiplyAdd(h, Vectors.Load(from + i, n), low);
                if (m <= 0) break;
                var j = i + Vectors.Lanes;
                h = Vectors.Load(gradient + j, m) * (Vectors.Load(w.F32 + j, m) + shift);
                high = Vector256.FusedMultiplyAdd(h, Vectors.Load(from + j, m), high);
            }

            return Vectors.Sum(low, high);
        }
    }

    /// <summary>to[c] += Σ partials[chunk][c], chunks in order.</summary>
    private readonly struct PartialSumsJob(float* partials, int chunks, Tensor to) : ITeamJob
    {
        public const int ColumnsPerItem = 512;

        public void Execute(int item, int thread)
        {
            var columns = to.Columns;
            for (var i = item * ColumnsPerItem; i < Math.Min(columns, (item + 1) * ColumnsPerItem); i += Vectors.Lanes)
            {
                var n = columns - i;
                var sum = Vector256<float>.Zero;
                for (var chunk = 0; chunk < chunks; chunk++) sum += Vectors.Load(partials + (nint)chunk * columns + i, n);
                Vectors.Store(Vectors.Load(to.F32 + i, n) + sum, to.F32 + i, n);
            }
        }
    }

    /// <summary>Σ aᵢ·bᵢ in 16 logical lanes.</summary>
    internal static float SumOfProducts(float* a, float* b, int size)
    {
        var (low, high) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (var i = 0; i < size; i += Vectors.SumLanes)
        {
            int n = size - i, m = n - Vectors.Lanes;
            low = Vector256.FusedMultiplyAdd(Vectors.Load(a + i, n), Vectors.Load(b + i, n), low);
            if (m <= 0) break;
            high = Vector256.FusedMultiplyAdd(Vectors.Load(a + i + Vectors.Lanes, m), Vectors.Load(b + i + Vectors.Lanes, m), high);
        }

        return Vectors.Sum(low, high);
    }
}
