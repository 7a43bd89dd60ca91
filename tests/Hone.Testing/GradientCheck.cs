namespace Hone.Testing;

/// <summary>Compares gradients with central differences in double.</summary>
public static class GradientCheck
{
    /// <summary>
    /// Checks ∂loss/∂parameter for every element. With step h = 1e-5 the difference quotient is off by about h²·f‴/6 ≈ 2e-11·f‴
    /// and by rounding, 1e-16·|loss|/h ≈ 1e-11·|loss|; 1e-7 leaves room for third derivatives in the thousands, and a
    /// forgotten or doubled term is far larger.
    /// </summary>
    /// <param name="name">Shown when the check fails.</param>
    /// <param name="parameter">The values that <paramref name="loss"/> reads; restored afterwards.</param>
    /// <param name="gradient">What the backward pass says.</param>
    /// <param name="loss">The whole forward pass down to one number.</param>
    public static void Verify(string name, double[] parameter, double[] gradient, Func<double> loss)
    {
        const double h = 1e-5;
        if (gradient.Length != parameter.Length) throw new InvalidOperationException($"{name}: {gradient.Length} gradients of {parameter.Length}");
        for (var i = 0; i < parameter.Length; i++)
        {
            var kept = parameter[i];
            parameter[i] = kept + h;
            var above = loss();
            parameter[i] = kept - h;
            var below = loss();
            parameter[i] = kept;
            var expected = (above - below) / (2 * h);
            if (!(Math.Abs(gradient[i] - expected) <= 1e-7 * (1 + Math.Abs(expected))))
                throw new InvalidOperationException($"{name}[{i}]: backward says {gradient[i]:R}, the difference quotient {expected:R}");
        }
    }

    /// <summary>Normal numbers that are the same in every run.</summary>
    public static double[] Normal(int count, ulong stream, double deviation = 1)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++) values[i] = deviation * Tensors.CounterRandom.Normal(20, stream, (ulong)i);
        return values;
    }

    /// <summary>Σ aᵢ·bᵢ: a loss whose gradient with respect to a is b.</summary>
    public static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
