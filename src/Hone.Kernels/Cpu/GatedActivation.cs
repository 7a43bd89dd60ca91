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
        if (WideVectors) team.Run(grid.Items, new GatedJob<Width512, Vector512<float>>(grid, gate, up, y, activation));
        else team.Run(grid.Items, new GatedJob<Width256, Vector256<float>>(grid, gate, up, y, activation));
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
        if (WideVectors)
            team.Run(grid.Items, new GatedBackwardJob<Width512, Vector512<float>>(grid, gate, up, dy, dgate, dup, activation));
        else
            team.Run(grid.Items, new GatedBackwardJob<Width256, Vector256<float>>(grid, gate, up, dy, dgate, dup, activation));
    }

    private readonly struct GatedJob<TWidth, V>(ElementGrid grid, Tensor gate, Tensor up, Tensor y, Activation activation) : ITeamJob
        where TWidth : struct, IVectorWidth<V>
        where V : struct
    {
        public void Execute(int item, int thread)
        {
            grid.Cell(item, out var row, out var lastRow, out var column, out var count);
            for (; row < lastRow; row++)
            {
                var g = gate.F32 + (nint)row * gate.Stride + column;
                var u = up.F32 + (nint)row * up.Stride + column;
                var to = y.F32 + (nint)row * y.Stride + column;
                for (nint i = 0; i < count; i += TWidth.Lanes)
                {
                    Vectors.Prefetch(g + i + Vectors.StreamAhead);
                    Vectors.Prefetch(u + i + Vectors.StreamAhead);
                    Vectors.Prefetch(to + i + Vectors.StreamAhead);
                    var x = TWidth.Load(g + i, count - i);
                    var f = TWidth.Multiply(x, Vectors.Sigmoid<TWidth, V>(Argument<TWidth, V>(x, activation)));
                    TWidth.Store(TWidth.Multiply(f, TWidth.Load(u + i, count - i)), to + i, count - i);
                }
            }
        }
    }

    private readonly struct GatedBackwardJob<TWidth, V>(ElementGrid grid, Tensor gate, Tensor up, Tensor dy, Tensor dgate, Tensor dup,
        Activation activation) : ITeamJob
        where TWidth : struct, IVectorWidth<V>
        where V : struct
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
                for (nint i = 0; i < count; i += TWidth.Lanes)
                {
                    var n = count - i;
                    Vectors.Prefetch(g + i + Vectors.StreamAhead);
                    Vectors.Prefetch(u + i + Vectors.StreamAhead);
                    Vectors.Prefetch(d + i + Vectors.StreamAhead);
                    Vectors.Prefetch(dg + i + Vectors.StreamAhead);
                    Vectors.Prefetch(du + i + Vectors.StreamAhead);
                    var (x, gradient, value) = (TWidth.Load(g + i, n), TWidth.Load(d + i, n), TWidth.Load(u + i, n));
                    var s = Vectors.Sigmoid<TWidth, V>(Argument<TWidth, V>(x, activation));
                    var f = TWidth.Multiply(x, s);
                    var rest = TWidth.Multiply(f, TWidth.Subtract(TWidth.Broadcast(1), s));
                    var slope = TWidth.MultiplyAdd(rest, ArgumentSlope<TWidth, V>(x, activation), s);
                    TWidth.Store(TWidth.Multiply(TWidth.Multiply(gradient, value), slope), dg + i, n);
                    TWidth.Store(TWidth.Multiply(gradient, f), du + i, n);
                }
            }
        }
    }

    /// <summary>What the sigmoid is taken of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Argument<TWidth, V>(V x, Activation activation)
        where TWidth : struct, IVectorWidth<V>
        where V : struct => activation == Activation.Silu
        ? x
        : TWidth.Multiply(x, TWidth.MultiplyAdd(TWidth.Multiply(x, x), TWidth.Broadcast(GeluCubic), TWidth.Broadcast(GeluLinear)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ArgumentSlope<TWidth, V>(V x, Activation activation)
        where TWidth : struct, IVectorWidth<V>
        where V : struct => activation == Activation.Silu
        ? TWidth.Broadcast(1)
        : TWidth.MultiplyAdd(TWidth.Multiply(x, x), TWidth.Broadcast(3 * GeluCubic), TWidth.Broadcast(GeluLinear));
}
