namespace Hone.Kernels;

/// <summary>The decimal number that somebody wrote, from the float it became.</summary>
internal static class ShortestDecimal
{
    /// <summary>
    /// <paramref name="value"/> rounded to the 7 digits that a float holds. β₂ = 0.999 as a float is 0.99900001287, and 1 − β₂
    /// would be off by 1.3e-5 of itself.
    /// </summary>
    public static double Of(float value) => (double)(decimal)value;
}
