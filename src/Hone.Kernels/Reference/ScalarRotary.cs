using System.Numerics;

namespace Hone.Kernels.Reference;

/// <summary>
/// Rotary position embedding (Su et al. 2021), halves rotated as in Llama. Shapes: x [T, heads·D]; positions [T];
/// cos, sin [P, R/2].
/// <code>
/// forward   (xᵢ, xᵢ₊ₕ) ← (xᵢ·cos − xᵢ₊ₕ·sin, xᵢ₊ₕ·cos + xᵢ·sin),  h = R/2, i &lt; h, every head
/// backward  the same with −sin
/// </code>
/// </summary>
internal static class ScalarRotary
{
    public static void Turn<T>(Span<T> x, ReadOnlySpan<int> positions, ReadOnlySpan<T> cos, ReadOnlySpan<T> sin, int heads, int headSize,
        int half, bool inverse)
        where T : IFloatingPointIeee754<T>
    {
        for (var t = 0; t < positions.Length; t++)
        {
            for (var h = 0; h < heads; h++)
            {
                for (var i = 0; i < half; i++)
                {
                    var at = (t * heads + h) * headSize + i;
                    var c = cos[positions[t] * half + i];
                    var s = inverse ? -sin[positions[t] * half + i] : sin[positions[t] * half + i];
                    (x[at], x[at + half]) = (x[at] * c - x[at + half] * s, x[at + half] * c + x[at] * s);
                }
            }
        }
    }
}
