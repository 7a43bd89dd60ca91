using System.Numerics;

namespace Hone.Kernels.Reference;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) in the order of torch.optim.AdamW. Arrays have one length; g is multiplied by the
/// gradient scale first, and set to 0 afterwards when asked.
/// <code>
/// p ← p·(1 − lr·decay)     m ← β₁·m + (1 − β₁)·g     v ← β₂·v + (1 − β₂)·g²
/// p ← p − lr/(1 − β₁ᵗ)·m / (√v/√(1 − β₂ᵗ) + eps)
/// </code>
/// </summary>
internal static class ScalarAdamW
{
    public static void Update<T>(Span<T> p, Span<T> g, Span<T> m, Span<T> v, in AdamWStep step)
        where T : IFloatingPointIeee754<T>
    {
        T beta1 = T.CreateChecked(ShortestDecimal.Of(step.Beta1)), beta2 = T.CreateChecked(ShortestDecimal.Of(step.Beta2));
        var bias1 = T.One - T.Pow(beta1, T.CreateChecked(step.Step));
        var bias2 = T.One - T.Pow(beta2, T.CreateChecked(step.Step));
        T rate = T.CreateChecked(step.LearningRate), decay = T.CreateChecked(step.WeightDecay), eps = T.CreateChecked(step.Epsilon);
        for (var i = 0; i < p.Length; i++)
        {
            var gradient = g[i] * T.CreateChecked(step.GradientScale);
            m[i] = beta1 * m[i] + (T.One - beta1) * gradient;
            v[i] = beta2 * v[i] + (T.One - beta2) * gradient * gradient;
            p[i] = p[i] * (T.One - rate * decay) - rate / bias1 * m[i] / (T.Sqrt(v[i]) / T.Sqrt(bias2) + eps);
            if (step.ClearGradient) g[i] = T.Zero;
        }
    }
}
