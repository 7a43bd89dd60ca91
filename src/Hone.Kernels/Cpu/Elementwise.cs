using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>Elementwise: y += scale·x, x = value, and x = random numbers counted in row order.</summary>
public sealed unsafe partial class CpuKernels
{
    /// <inheritdoc/>
    public void AddScaled(Tensor x, Tensor y, float scale)
    {
        Shapes.RequireSame(x, y);
        Shapes.RequireType(DType.F32, x);
        var grid = new ElementGrid(x.Rows, x.Columns, ElementGrid.Dense(x, y));
        team.Run(grid.Items, new AddScaledJob(grid, x, y, scale));
    }

    /// <inheritdoc/>
    public void Fill(Tensor x, float value)
    {
        Shapes.RequireType(DType.F32, x);
        var grid = new ElementGrid(x.Rows, x.Columns, x.IsDense);
        team.Run(grid.Items, new FillJob(grid, x, value));
    }

    /// <inheritdoc/>
    public void FillNormal(Tensor x, float mean, float deviation, ulong seed, ulong stream)
    {
        Shapes.RequireType(DType.F32, x);
        var grid = new ElementGrid(x.Rows, x.Columns, x.IsDense);
        team.Run(grid.Items, new FillRandomJob(grid, x, mean, deviation, seed, stream, normal: true));
    }

    /// <inheritdoc/>
    public void FillUniform(Tensor x, float low, float high, ulong seed, ulong stream)
    {
        Shapes.RequireType(DType.F32, x);
        var grid = new ElementGrid(x.Rows, x.Columns, x.IsDense);
        team.Run(grid.Items, new FillRandomJob(grid, x, low, high, seed, stream, normal: false));
    }

    private readonly struct AddScaledJob(ElementGrid grid, Tensor x, Tensor y, float scale) : ITeamJob
    {
        public void Execute(int item, int thread)
        {
            grid.Cell(item, out var row, out var lastRow, out var column, out var count);
            for (; row < lastRow; row++)
            {
                var from = x.F32 + (nint)row * x.Stride + column;
                var to = y.F32 + (nint)row * y.Stride + column;
                for (nint i = 0; i < count; i += Vectors.Lanes)
                {
                    var n = count - i;
                    var sum = Vector256.FusedMultiplyAdd(Vectors.Load(from + i, n), Vector256.Create(scale), Vectors.Load(to + i, n));
                    Vectors.Store(sum, to + i, n);
                }
            }
        }
    }

    private readonly struct FillJob(ElementGrid grid, Tensor x, float value) : ITeamJob
    {
        public void Execute(int item, int thread)
        {
            grid.Cell(item, out var row, out var lastRow, out var column, out var count);
            for (; row < lastRow; row++) new Span<float>(x.F32 + (nint)row * x.Stride + column, (int)count).Fill(value);
        }
    }

    private readonly struct FillRandomJob(ElementGrid grid, Tensor x, float first, float second, ulong seed, ulong stream, bool normal)
        : ITeamJob
    {
        public void Execute(int item, int thread)
        {
            grid.Cell(item, out var row, out var lastRow, out var column, out var count);
            for (; row < lastRow; row++)
            {
                var to = x.F32 + (nint)row * x.Stride + column;
                var index = (ulong)(row * grid.Columns + column);
                for (nint i = 0; i < count; i++, index++)
                {
                    to[i] = normal
                        ? RandomNumbers.Normal(first, second, seed, stream, index)
                        : RandomNumbers.Uniform(first, second, seed, stream, index);
                }
            }
        }
    }
}
