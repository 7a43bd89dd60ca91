using Hone.Kernels.Cpu.Gemm;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <content>
/// Linear layer: y[T, N] = x[T, K]·w[N, K]ᵀ + bias + residual + s·(dropout(x)·Aᵀ)·Bᵀ.
/// Backward: dx, dw (= or +=), dbias, dA, dB (+=). Saved: U = dropout(x)·Aᵀ. Contracts at <see cref="IKernels"/>.
/// </content>
public sealed unsafe partial class CpuKernels
{
    /// <inheritdoc cref="IKernels.Linear"/>
    public void Linear(Tensor x, Tensor w, Tensor y, in LinearOptions options)
    {
        RequireLinear(x, w, y, options);
        var problem = new GemmProblem
        {
            M = x.Rows,
            N = w.Rows,
            RightTransposed = true,
            First = GemmTerm.Of(x, w, x.Columns),
            C = y.F32,
            CStride = y.Stride,
            Residual = options.Residual.F32,
            ResidualStride = options.Residual.Stride,
            Bias = options.Bias.F32,
            LeftIsPacked = options.SameInput,
        };
        var lowRank = options.LowRank;
        if (lowRank.IsEmpty)
        {
            gemm.Run(problem);
            return;
        }

        var dropped = x;
        if (lowRank.Dropout.IsOn)
        {
            ApplyDropout(x, lowRank.DropoutScratch, lowRank.Dropout);
            dropped = lowRank.DropoutScratch;
        }

        gemm.Run(Product(dropped, lowRank.A, lowRank.U, rightTransposed: true) with { LeftIsPacked = options.SameInput && !lowRank.Dropout.IsOn });
        problem.LeftIsPacked = !lowRank.Dropout.IsOn;
        RunWithSecond(ref problem, GemmTerm.Of(lowRank.U, lowRank.B, lowRank.A.Rows, lowRank.Scale));
    }

    /// <inheritdoc cref="IKernels.LinearBackward"/>
    public void LinearBackward(Tensor x, Tensor w, Tensor dy, Tensor dx, Tensor dw, in LinearOptions options)
    {
        RequireLinearBackward(x, w, dy, dx, dw, options);
        var lowRank = options.LowRank;
        if (!lowRank.IsEmpty)
        {
            // dU = s·dy·B
            gemm.Run(Product(dy, lowRank.B, lowRank.UGradient, factor: lowRank.Scale));
        }

        if (!dx.IsEmpty) InputGradient(w, dy, dx, options);
        if (!lowRank.IsEmpty) AddLowRankGradients(x, dy, lowRank);
        if (!dw.IsEmpty) gemm.Run(Product(dy, x, dw, leftTransposed: true, accumulate: !options.OverwriteGradient));
        if (!options.BiasGradient.IsEmpty) AddColumnSums(dy, options.BiasGradient);
    }

    /// <summary>dA += dUᵀ·dropout(x), dB += s·dyᵀ·U.</summary>
    private void AddLowRankGradients(Tensor x, Tensor dy, in LowRank lowRank)
    {
        if (!lowRank.AGradient.IsEmpty)
        {
            var dropped = x;
            if (lowRank.Dropout.IsOn)
            {
                ApplyDropout(x, lowRank.DropoutScratch, lowRank.Dropout);
                dropped = lowRank.DropoutScratch;
            }

            gemm.Run(Product(lowRank.UGradient, dropped, lowRank.AGradient, leftTransposed: true, accumulate: true));
        }

        if (!lowRank.BGradient.IsEmpty)
            gemm.Run(Product(dy, lowRank.U, lowRank.BGradient, leftTransposed: true, accumulate: true, factor: lowRank.Scale));
    }

    /// <summary>dx (+)= dy·w + dropoutBackward(dU·A). Runs right after dU, which has packed dy.</summary>
    private void InputGradient(Tensor w, Tensor dy, Tensor dx, in LinearOptions options)
    {
        var lowRank = options.LowRank;
        var problem = Product(dy, w, dx, accumulate: options.AccumulateInput);
        problem.LeftIsPacked = !lowRank.IsEmpty;
        if (lowRank.IsEmpty)
        {
            gemm.Run(problem);
        }
        else if (!lowRank.Dropout.IsOn)
        {
            RunWithSecond(ref problem, GemmTerm.Of(lowRank.UGradient, lowRank.A, lowRank.A.Rows));
        }
        else
        {
            gemm.Run(problem);
            gemm.Run(Product(lowRank.UGradient, lowRank.A, lowRank.DropoutScratch));
            AddDropped(lowRank.DropoutScratch, dx, lowRank.Dropout);
        }
    }

    private void RunWithSecond(ref GemmProblem problem, in GemmTerm second)
    {
        if (second.K <= GemmEngine.LongestSecondTerm)
        {
            problem.Second = second;
            gemm.Run(problem);
            return;
        }

        gemm.Run(problem);
        problem.First = second;
        problem.LeftIsPacked = false;
        problem.Accumulate = true;
        problem.Residual = null;
        problem.Bias = null;
        gemm.Run(problem);
    }

    /// <summary>c (+)= left·right with operands transposed or not; the shapes follow from c and the left operand.</summary>
    private static GemmProblem Product(Tensor left, Tensor right, Tensor c, bool leftTransposed = false,
        bool rightTransposed = false, bool accumulate = false, float factor = 1) => new()
        {
            M = c.Rows,
            N = c.Columns,
            LeftTransposed = leftTransposed,
            RightTransposed = rightTransposed,
            First = GemmTerm.Of(left, right, leftTransposed ? left.Rows : left.Columns, factor),
            C = c.F32,
            CStride = c.Stride,
            Accumulate = accumulate,
        };

    private static void RequireLinear(Tensor x, Tensor w, Tensor y, in LinearOptions options)
    {
        const string Op = nameof(Linear);
        Shapes.RequireF32(Op, "x", x, x.Rows, x.Columns);
        Shapes.RequireFloat(Op, "w", w, w.Rows, x.Columns);
        Shapes.RequireF32(Op, "y", y, x.Rows, w.Rows);
        if (!options.Bias.IsEmpty) Shapes.RequireF32(Op, "bias", options.Bias, 1, w.Rows);
        if (!options.Residual.IsEmpty) Shapes.RequireF32(Op, "residual", options.Residual, x.Rows, w.Rows);
        if (!options.LowRank.IsEmpty) RequireLowRank(Op, options.LowRank, x.Rows, w.Rows, x.Columns);
    }

    private static void RequireLinearBackward(Tensor x, Tensor w, Tensor dy, Tensor dx, Tensor dw, in LinearOptions options)
    {
        const string Op = nameof(LinearBackward);
        Shapes.RequireFloat(Op, "w", w, w.Rows, w.Columns);
        Shapes.RequireF32(Op, "dy", dy, dy.Rows, w.Rows);
        var needsInput = !dw.IsEmpty || !options.LowRank.AGradient.IsEmpty;
        if (needsInput) Shapes.RequireF32(Op, "x", x, dy.Rows, w.Columns);
        if (!dx.IsEmpty) Shapes.RequireF32(Op, "dx", dx, dy.Rows, w.Columns);
        if (!dw.IsEmpty) Shapes.RequireF32(Op, "dw", dw, w.Rows, w.Columns);
        if (!options.BiasGradient.IsEmpty) Shapes.RequireF32(Op, "bias gradient", options.BiasGradient, 1, w.Rows);
        if (options.LowRank.IsEmpty) return;
        var (rank, lowRank) = (options.LowRank.A.Rows, options.LowRank);
        RequireLowRank(Op, lowRank, dy.Rows, w.Rows, w.Columns);
        Shapes.RequireF32(Op, "U gradient", lowRank.UGradient, dy.Rows, rank);
        if (!lowRank.AGradient.IsEmpty) Shapes.RequireF32(Op, "A gradient", lowRank.AGradient, rank, w.Columns);
        if (!lowRank.BGradient.IsEmpty) Shapes.RequireF32(Op, "B gradient", lowRank.BGradient, w.Rows, rank);
    }

    private static void RequireLowRank(string op, in LowRank lowRank, int rows, int outputs, int inputs)
    {
        var rank = lowRank.A.Rows;
        Shapes.RequireF32(op, "A", lowRank.A, rank, inputs);
        Shapes.RequireF32(op, "B", lowRank.B, outputs, rank);
        Shapes.RequireF32(op, "U", lowRank.U, rows, rank);
        if (lowRank.Dropout.IsOn) Shapes.RequireF32(op, "dropout scratch", lowRank.DropoutScratch, rows, inputs);
    }
}
