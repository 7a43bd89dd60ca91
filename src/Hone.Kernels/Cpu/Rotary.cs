using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>
/// Rotary position embedding in place. x [T, heads·D]; positions [1, T]; cos, sin [P, R/2].
/// (a, b) = (xᵢ, xᵢ₊ᵣ⸝₂) becomes (a·cos − b·sin, b·cos + a·sin) in every head; backward is the same with −sin.
/// </summary>
public sealed unsafe partial class CpuKernels
{
    /// <inheritdoc/>
    public void Rotary(Tensor x, Tensor positions, Tensor cos, Tensor sin, int headSize, bool inverse)
    {
        Shapes.RequireSame(cos, sin);
        Shapes.Require(headSize > 0 && 2 * cos.Columns <= headSize, cos, sin);
        Shapes.Require(x.Columns % headSize == 0 && positions.Count == x.Rows, x, positions);
        Shapes.RequireType(DType.F32, x);
        Shapes.RequireType(DType.F32, cos);
        Shapes.RequireIndices(positions, cos);
        var items = new RowItems(x.Rows, x.Columns);
        team.Run(items.Count, new RotaryJob(items, x, positions.I32, cos, sin, headSize, inverse));
    }

    private readonly struct RotaryJob(RowItems items, Tensor x, int* positions, Tensor cos, Tensor sin, int headSize, bool inverse) : ITeamJob
    {
        public void Execute(int item, int thread)
        {
            for (var t = items.First(item); t < items.End(item); t++)
            {
                var position = positions[t];
                var row = x.F32 + (nint)t * x.Stride;
                if (t + Vectors.RowsAhead < x.Rows) Vectors.Prefetch(row + (nint)Vectors.RowsAhead * x.Stride, x.Columns);
                for (var head = 0; head < x.Columns; head += headSize)
                    Turn(row + head, cos.F32 + (nint)position * cos.Stride, sin.F32 + (nint)position * sin.Stride);
            }
        }

        private void Turn(float* head, float* c, float* s)
        {
            var half = cos.Columns;
            for (var i = 0; i < half; i += Vectors.Lanes)
            {
                var n = half - i;
                var (a, b) = (Vectors.Load(head + i, n), Vectors.Load(head + half + i, n));
                var (cosine, sine) = (Vectors.Load(c + i, n), Vectors.Load(s + i, n));
                if (inverse) sine = -sine;
                Vectors.Store(Vector256.FusedMultiplyAdd(a, cosine, -(b * sine)), head + i, n);
                Vectors.Store(Vector256.FusedMultiplyAdd(b, cosine, a * sine), head + half + i, n);
            }
        }
    }
}
