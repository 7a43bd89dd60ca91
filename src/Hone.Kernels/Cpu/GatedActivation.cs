using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>
/// Gated activation. All tensors [T, F]. Forward: y = f(gate)·up. Backward: dgate = dy·up·f′(gate), dup = dy·f(gate); both
/// overwritten, and element for element they may be gate and up themselves.
/// Silu: f = g·σ(g). GELU (tanh): f = g·σ(2z), z = √(2/π)·(g + 0.044715·g³), because ½·(1 + tanh z) = σ(2z).
/// Both have f′ = s + g·s·(1 − s)·slope, s being the sigmoid and slope the derivative of its argument.
/// </summary>
public sealed unsafe partial class CpuKernels
{
    private const float GeluLinear = 1.5957691216057308f; // 2·√(2/π)
    private const float GeluCubic = 0.044715f * GeluLinear;

    /// <inheritdoc/>
    public void GatedActivation(Tensor gate, Tensor up, Tensor y, Activation activation)
    {
        Shapes.RequireSame(gate, up);
        Shapes.RequireSame(gate, y);
        Shapes.RequireType(DType.F32, gate);
        var grid = new ElementGrid(gate.Rows, gate.Columns, ElementGrid.Dense(gate, up, y));
        team.Run(grid.Items, new GatedJob(grid, gate, up, y, activation));
    }

    /// <inheritdoc/>
    public void GatedActivationBackward(Tensor gate, Tensor up, Tensor dy, Tensor dgate, Tensor dup, Activation activation)
    {
        Shapes.RequireSame(gate, up);
        Shapes.RequireSame(gate, dy);
        Shapes.RequireSame(gate, dgate);
        Shapes.RequireSame(gate, dup);
        Shapes.RequireType(DType.F32, gate);
        var dense = ElementGrid.Dense(gate, up, dy) && ElementGrid.Dense(dgate, dup);
        var grid = new ElementGrid(gate.Rows, gate.Columns, dense);
        team.Run(grid.Items, new GatedBackwardJob(grid, gate, up, dy, dgate, dup, activation));
    }

    private readonly struct GatedJob(ElementGrid grid, Tensor gate, Tensor up, Tensor y, Activation activation) : ITeamJob
    {
        public void Execute(int item, int thread)
        {
            grid.Cell(item, out var row, out var lastRow, out var column, out var count);
            for (; row < lastRow; row++)
            {
                var g = gate.F32 + (nint)row * gate.Stride + column;
                var u = up.F32 + (nint)row * up.Stride + column;
                var to = y.F32 + (nint)row * y.Stride + column;
                for (nint i = 0; i < count; i += Vectors.Lanes)
                {
                    var x = Vectors.Load(g + i, count - i);
                    Vectors.Store(x * Vectors.Sigmoid(Argument(x, activation)) * Vectors.Load(u + i, count - i), to + i, count - i);
                }
            }
        }
    }

    private readonly struct GatedBackwardJob(ElementGrid grid, Tensor gate, Tensor up, Tensor dy, Tensor dgate, Tensor dup,
        Activation activation) : ITeamJob
    {
        public void Execute(int item, int thread)
        {
            grid.Cell(item, out var row, out var lastRow, out var column, out var count);
            for (; row < lastRow; row++)
            {
                var g = gate.F32 + (nint)row * gate.Stride + column;
                var u = up.F32 + (nint)row * up.Stride + column;
                var d = dy.F32 + (nint)row * dy.Stride + column;
                var dg = dgate.F32 + (nint)row * dgate.Stride + column;
                var du = dup.F32 + (nint)row * dup.Stride + column;
                for (nint i = 0; i < count; i += Vectors.Lanes)
                {
                    var n = count - i;
                    var (x, gradient, value) = (Vectors.Load(g + i, n), Vectors.Load(d + i, n), Vectors.Load(u + i, n));
                    var s = Vectors.Sigmoid(Argument(x, activation));
                    var f = x * s;
                    var slope = Vector256.FusedMultiplyAdd(f * (Vector256<float>.One - s), ArgumentSlope(x, activation), s);
                    Vectors.Store(gradient * value * slope, dg + i, n);
                    Vectors.Store(gradient * f, du + i, n);
                }
            }
        }
    }

    /// <summary>What the sigmoid is taken of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Argument(Vector256<float> x, Activation activation) => activation == Activation.Silu
        ? x
        : x * Vector256.FusedMultiplyAdd(x * x, Vector256.Create(GeluCubic), Vector256.Create(GeluLinear));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ArgumentSlope(Vector256<float> x, Activation activation) => activation == Activation.Silu
        ? Vector256<float>.One
        : Vector256.FusedMultiplyAdd(x * x, Vector256.Create(3 * GeluCubic), Vector256.Create(GeluLinear));
}
