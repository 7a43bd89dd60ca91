using System.Numerics;

namespace Hone.Kernels.Reference;

/// <summary>
/// Gated activation (Shazeer 2020). All arrays have one length.
/// <code>
/// forward   y = f(g)·u
/// backward  dg = dy·u·f′(g)     du = dy·f(g)
/// silu      f = g·σ(g)                       f′ = σ + g·σ·(1 − σ)
/// gelu      f = g·σ(2z), z = √(2/π)·(g + 0.044715·g³);  ½·(1 + tanh z) = σ(2z)
///           f′ = σ(2z) + g·σ(2z)·(1 − σ(2z))·2z′
/// </code>
/// </summary>
internal static class ScalarGatedActivation
{
    public static void Forward<T>(ReadOnlySpan<T> gate, ReadOnlySpan<T> up, Span<T> y, Activation activation)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++) y[i] = Value(gate[i], activation).Value * up[i];
    }

    public static void Backward<T>(ReadOnlySpan<T> gate, ReadOnlySpan<T> up, ReadOnlySpan<T> dy, Span<T> dgate, Span<T> dup,
        Activation activation)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < dy.Length; i++)
        {
            var (value, slope) = Value(gate[i], activation);
            (dgate[i], dup[i]) = (dy[i] * up[i] * slope, dy[i] * value);
        }
    }

    private static (T Value, T Slope) Value<T>(T x, Activation activation)
        where T : IFloatingPointIeee754<T>
    {
        if (activation == Activation.Silu)
        {
            var s = Sigmoid(x);
            return (x * s, s + x * s * (T.One - s));
        }

        var c = T.CreateChecked(1.5957691216057308); // 2·√(2/π)
        var cubic = T.CreateChecked(0.044715);
        var g = Sigmoid(c * (x + cubic * x * x * x));
        return (x * g, g + x * g * (T.One - g) * c * (T.One + T.CreateChecked(3) * cubic * x * x));
    }

    private static T Sigmoid<T>(T x)
        where T : IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));
}
