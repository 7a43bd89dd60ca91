using Hone.Kernels.Cpu.Gemm;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <content>
/// Output layer and cross-entropy in one. Logits of a chunk of rows are made, turned into loss, argmax and gradient in place,
/// and used up before the next chunk. Contract at <see cref="IKernels"/>.
/// </content>
public sealed unsafe partial class CpuKernels
{
    /// <inheritdoc cref="IKernels.LinearCrossEntropy"/>
    public void LinearCrossEntropy(Tensor x, Tensor w, Tensor targets, Tensor weights, float gradientScale, Tensor logits,
        Tensor loss, Tensor correct, Tensor dx, Tensor dw)
    {
        RequireLinearCrossEntropy(x, w, targets, weights, logits, loss, correct, dx, dw);
        var needsGradient = !dx.IsEmpty || !dw.IsEmpty;
        for (var start = 0; start < x.Rows; start += logits.Rows)
        {
            var count = Math.Min(logits.Rows, x.Rows - start);
            var xs = x.SliceRows(start, count);
            var chunk = logits.SliceRows(0, count);
            gemm.Run(Product(xs, w, chunk, rightTransposed: true));
            var job = new CrossEntropyRowJob
            {
                Logits = chunk,
                Targets = targets.I32 + start,
                Weights = weights.F32 + start,
                Loss = loss.F32 + start,
                Correct = correct.I32 + start,
                GradientScale = gradientScale,
                NeedsGradient = needsGradient,
            };
            team.Run(count, job);
            if (!dx.IsEmpty) gemm.Run(Product(chunk, w, dx.SliceRows(start, count)));
            if (!dw.IsEmpty) gemm.Run(Product(chunk, xs, dw, leftTransposed: true, accumulate: true));
        }
    }

    private static void RequireLinearCrossEntropy(Tensor x, Tensor w, Tensor targets, Tensor weights, Tensor logits,
        Tensor loss, Tensor correct, Tensor dx, Tensor dw)
    {
        const string Op = nameof(LinearCrossEntropy);
        Shapes.RequireF32(Op, "x", x, x.Rows, x.Columns);
        Shapes.RequireFloat(Op, "w", w, w.Rows, x.Columns);
        Shapes.RequireI32(Op, "targets", targets, 1, x.Rows);
        Shapes.RequireF32(Op, "weights", weights, 1, x.Rows);
        Shapes.RequireF32(Op, "logits", logits, Math.Max(1, logits.Rows), w.Rows);
        Shapes.RequireF32(Op, "loss", loss, 1, x.Rows);
        Shapes.RequireI32(Op, "correct", correct, 1, x.Rows);
        if (!dx.IsEmpty) Shapes.RequireF32(Op, "dx", dx, x.Rows, x.Columns);
        if (!dw.IsEmpty) Shapes.RequireF32(Op, "dw", dw, w.Rows, w.Columns);
        for (var i = 0; i < x.Rows; i++)
        {
            if ((uint)targets.I32[i] >= (uint)w.Rows)
                throw new ArgumentException($"{Op}: target {targets.I32[i]} of row {i} is outside the vocabulary of {w.Rows}");
        }
    }

    private struct CrossEntropyRowJob : ITeamJob
    {
        public Tensor Logits;
        public int* Targets;
        public float* Weights;
        public float* Loss;
        public int* Correct;
        public float GradientScale;
        public bool NeedsGradient;

        public readonly void Execute(int item, int thread)
        {
            var row = Logits.F32 + ((nint)item * Logits.Stride);
            var (target, count) = (Targets[item], Logits.Columns);
            var max = SoftmaxRow.Max(row, count);
            var targetLogit = row[target];
            var sum = SoftmaxRow.SumOfExponentials(row, count, max, store: NeedsGradient);

            // A NaN may hide larger numbers from Max, and which ones depends on the width of vectors.
            Correct[item] = targetLogit == max && !double.IsNaN(sum) ? 1 : 0;
            Loss[item] = (float)(Math.Log(sum) - ((double)targetLogit - max));
            if (!NeedsGradient) return;
            var scale = Weights[item] * GradientScale;
            SoftmaxRow.Scale(row, count, (float)(scale / sum));
            row[target] -= scale;
        }
    }
}
