using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <content>Merging an adapter: w[N, K] += scale·B[N, r]·A[r, K].</content>
public sealed unsafe partial class CpuKernels
{
    /// <inheritdoc cref="IKernels.MergeLowRank"/>
    public void MergeLowRank(Tensor w, Tensor a, Tensor b, float scale)
    {
        const string Op = nameof(MergeLowRank);
        Shapes.RequireF32(Op, "w", w, b.Rows, a.Columns);
        Shapes.RequireF32(Op, "A", a, b.Columns, a.Columns);
        Shapes.RequireF32(Op, "B", b, b.Rows, a.Rows);
        gemm.Run(Product(b, a, w, accumulate: true, factor: scale));
    }
}
