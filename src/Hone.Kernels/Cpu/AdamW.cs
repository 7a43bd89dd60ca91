using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) in one pass over p, g, m and v, which have one shape:
/// g ← s·g; p ← p·(1 − lr·decay); m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; p ← p − lr/(1 − β₁ᵗ)·m/(√v/√(1 − β₂ᵗ) + eps).
/// </summary>
public sealed unsafe partial class CpuKernels
{
    /// <inheritdoc/>
    public void AdamW(Tensor p, Tensor g, Tensor m, Tensor v, in AdamWStep step)
    {
        Shapes.RequireSame(p, g);
        Shapes.RequireSame(p, m);
        Shapes.RequireSame(p, v);
        Shapes.RequireType(DType.F32, p);
        var grid = new ElementGrid(p.Rows, p.Columns, ElementGrid.Dense(p, g) && ElementGrid.Dense(m, v));
        team.Run(grid.Items, new AdamWJob(grid, p, g, m, v, step));
    }

    private readonly struct AdamWJob : ITeamJob
    {
        private readonly ElementGrid grid;
        private readonly Tensor p, g, m, v;
        private readonly bool clear;
        private readonly float scale, beta1, rest1, beta2, rest2, kept, stepSize, rootBias2, eps;

        public AdamWJob(ElementGrid grid, Tensor p, Tensor g, Tensor m, Tensor v, in AdamWStep step)
        {
            (this.grid, this.p, this.g, this.m, this.v) = (grid, p, g, m, v);
            double b1 = ShortestDecimal.Of(step.Beta1), b2 = ShortestDecimal.Of(step.Beta2);
            (beta1, rest1, beta2, rest2) = ((float)b1, (float)(1 - b1), (float)b2, (float)(1 - b2));
            kept = (float)(1 - (double)step.LearningRate * step.WeightDecay);
            stepSize = (float)(step.LearningRate / (1 - Math.Pow(b1, step.Step)));
            rootBias2 = (float)Math.Sqrt(1 - Math.Pow(b2, step.Step));
            (eps, scale, clear) = (step.Epsilon, step.GradientScale, step.ClearGradient);
        }

        public void Execute(int item, int thread)
        {
            grid.Cell(item, out var row, out var lastRow, out var column, out var count);
            for (; row < lastRow; row++)
            {
                Update(p.F32 + (nint)row * p.Stride + column, g.F32 + (nint)row * g.Stride + column,
                    m.F32 + (nint)row * m.Stride + column, v.F32 + (nint)row * v.Stride + column, (nint)count);
            }
        }

        private void Update(float* ps, float* gs, float* ms, float* vs, nint count)
        {
            for (nint i = 0; i < count; i += Vectors.Lanes)
            {
                var n = count - i;
                var gradient = Vectors.Load(gs + i, n) * Vector256.Create(scale);
                var mean = Vector256.FusedMultiplyAdd(Vectors.Load(ms + i, n), Vector256.Create(beta1), gradient * Vector256.Create(rest1));
                var square = Vector256.FusedMultiplyAdd(gradient * Vector256.Create(rest2), gradient,
                    Vectors.Load(vs + i, n) * Vector256.Create(beta2));
                var divisor = Vector256.Sqrt(square) / Vector256.Create(rootBias2) + Vector256.Create(eps);
                var weight = Vectors.Load(ps + i, n) * Vector256.Create(kept);
                Vectors.Store(Vector256.FusedMultiplyAdd(mean / divisor, Vector256.Create(-stepSize), weight), ps + i, n);
                Vectors.Store(mean, ms + i, n);
                Vectors.Store(square, vs + i, n);
                if (clear) Vectors.Store(Vector256<float>.Zero, gs + i, n);
            }
        }
    }
}
