using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>
/// Choosing rows. x [T, C], rows [1, S] distinct, y [S, C]. Forward: y[i] = x[rows[i]]. Backward: x and y change places,
/// y[rows[i]] += x[i].
/// </summary>
public sealed unsafe partial class CpuKernels
{
    /// <inheritdoc/>
    public void GatherRows(Tensor x, Tensor rows, Tensor y)
    {
        Shapes.Require(x.Columns == y.Columns && rows.Count == y.Rows, x, y);
        Shapes.RequireType(DType.F32, x);
        Shapes.RequireType(DType.F32, y);
        Shapes.RequireIndices(rows, x);
        var items = new RowItems(y.Rows, y.Columns);
        team.Run(items.Count, new RowsJob(items, x, y, rows, add: false));
    }

    /// <inheritdoc/>
    public void ScatterAddRows(Tensor x, Tensor rows, Tensor y)
    {
        Shapes.Require(x.Columns == y.Columns && rows.Count == x.Rows, x, y);
        Shapes.RequireType(DType.F32, x);
        Shapes.RequireType(DType.F32, y);
        Shapes.RequireIndices(rows, y);
        var items = new RowItems(x.Rows, x.Columns);
        team.Run(items.Count, new RowsJob(items, y, x, rows, add: true));
    }

    /// <summary>Rows of <paramref name="all"/> to <paramref name="chosen"/>, or added the other way.</summary>
    private readonly struct RowsJob(RowItems items, Tensor all, Tensor chosen, Tensor rows, bool add) : ITeamJob
    {
        public void Execute(int item, int thread)
        {
            for (var i = items.First(item); i < items.End(item); i++)
            {
                var row = rows.I32[i];
                var one = chosen.F32 + (nint)i * chosen.Stride;
                var other = all.F32 + (nint)row * all.Stride;
                if (add) Add(one, other);
                else new ReadOnlySpan<float>(other, all.Columns).CopyTo(new Span<float>(one, all.Columns));
            }
        }

        private void Add(float* from, float* to)
        {
            for (var i = 0; i < all.Columns; i += Vectors.Lanes)
            {
                var n = all.Columns - i;
                Vectors.Store(Vectors.Load(to + i, n) + Vectors.Load(from + i, n), to + i, n);
            }
        }
    }
}
