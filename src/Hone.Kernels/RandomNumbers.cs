using Hone.Tensors;

namespace Hone.Kernels;

/// <summary>
/// Numbers of the filling ops. The definition is shared by every device, so that a seed gives the same start everywhere.
/// </summary>
internal static class RandomNumbers
{
    /// <summary>mean + deviation·normal, rounded once.</summary>
    public static float Normal(float mean, float deviation, ulong seed, ulong stream, ulong index) =>
        (float)(mean + (double)deviation * CounterRandom.Normal(seed, stream, index));

    /// <summary>low + (high − low)·u, rounded once and never up to <paramref name="high"/>.</summary>
    public static float Uniform(float low, float high, ulong seed, ulong stream, ulong index)
    {
        var value = (float)(low + ((double)high - low) * CounterRandom.Uniform(seed, stream, index));
        return value < high || low == high ? value : MathF.BitDecrement(high);
    }
}
