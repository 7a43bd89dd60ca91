namespace Hone.Models;

/// <summary>
/// Cosines and sines of rotary position embedding (RoFormer, Su et al. 2021), with the frequency rules of
/// <see cref="RopeKind"/>. Frequencies and angles are rounded to F32 where the common implementation rounds them, because
/// a difference of one unit in a frequency is multiplied by the position.
/// </summary>
public static class RotaryTable
{
    /// <summary>
    /// Inverse frequencies, <c>RotarySize / 2</c> of them. Only <see cref="RopeKind.Dynamic"/> and
    /// <see cref="RopeKind.LongRope"/> look at <paramref name="sequence"/>.
    /// </summary>
    /// <param name="spec">The model.</param>
    /// <param name="sequence">Length of the sequence that is turned.</param>
    public static float[] InverseFrequencies(DecoderSpec spec, int sequence)
    {
        var frequencies = new float[spec.RotarySize / 2];
        InverseFrequencies(spec, sequence, frequencies);
        return frequencies;
    }

    /// <summary>The same into memory of the caller, [RotarySize / 2].</summary>
    internal static void InverseFrequencies(DecoderSpec spec, int sequence, Span<float> frequencies)
    {
        var scaling = spec.RopeScaling;
        switch (scaling.Kind)
        {
            case RopeKind.Linear:
                Unscaled(spec, spec.RopeTheta, frequencies);
                foreach (ref var f in frequencies) f /= (float)scaling.Factor;
                break;
            case RopeKind.Dynamic:
                Unscaled(spec, DynamicBase(spec, sequence), frequencies);
                break;
            case RopeKind.Llama3:
                Unscaled(spec, spec.RopeTheta, frequencies);
                foreach (ref var f in frequencies) f = Llama3(f, scaling);
                break;
            case RopeKind.Yarn:
                Yarn(spec, frequencies);
                break;
            case RopeKind.LongRope:
                LongRope(spec, sequence, frequencies);
                break;
            default:
                Unscaled(spec, spec.RopeTheta, frequencies);
                break;
        }
    }

    /// <summary>
    /// Fills the tables for positions 0, 1, … with <see cref="RopeScaling.AttentionScaling"/> multiplied in.
    /// </summary>
    /// <param name="spec">The model.</param>
    /// <param name="positions">Rows to fill.</param>
    /// <param name="sequence">Length of the sequence that is turned, as in <see cref="InverseFrequencies(DecoderSpec, int)"/>.</param>
    /// <param name="cos">= [positions, RotarySize / 2].</param>
    /// <param name="sin">= [positions, RotarySize / 2].</param>
    public static void Fill(DecoderSpec spec, int positions, int sequence, Span<float> cos, Span<float> sin)
    {
        var frequencies = InverseFrequencies(spec, sequence);
        if (positions < 0 || cos.Length != (long)positions * frequencies.Length || sin.Length != cos.Length)
            throw new ArgumentException($"rotary tables of {cos.Length} and {sin.Length} elements can't hold [{positions}, {frequencies.Length}]");
        Fill(frequencies, (float)spec.RopeScaling.AttentionScaling, 0, cos, sin);
    }

    /// <summary>Rows for the positions <paramref name="first"/>, <paramref name="first"/> + 1, …, as many as there is room for.</summary>
    internal static void Fill(ReadOnlySpan<float> frequencies, float scale, int first, Span<float> cos, Span<float> sin)
    {
        for (int row = 0, position = first; row < cos.Length; row += frequencies.Length, position++)
        {
            for (var i = 0; i < frequencies.Length; i++)
            {
                var (s, c) = Math.SinCos(position * frequencies[i]);
                cos[row + i] = (float)c * scale;
                sin[row + i] = (float)s * scale;
            }
        }
    }

    // [D/2]: base^(2i/D), rounded as a power of F32 numbers would be.
    private static float Period(DecoderSpec spec, double theta, int i) =>
        (float)Math.Pow(theta, 2f * i / spec.RotarySize);

    private static void Unscaled(DecoderSpec spec, double theta, Span<float> frequencies)
    {
        for (var i = 0; i < frequencies.Length; i++) frequencies[i] = 1f / Period(spec, theta, i);
    }

    private static double DynamicBase(DecoderSpec spec, int positions)
    {
        if (positions <= spec.MaxPositions || spec.RotarySize <= 2) return spec.RopeTheta;
        var factor = spec.RopeScaling.Factor;
        var stretch = factor * positions / spec.MaxPositions - (factor - 1);
        return spec.RopeTheta * Math.Pow(stretch, (double)spec.RotarySize / (spec.RotarySize - 2));
    }

    private static float Llama3(float frequency, RopeScaling scaling)
    {
        double original = scaling.OriginalMaxPositions;
        var wavelength = 2 * MathF.PI / frequency;
        if (wavelength > original / scaling.LowFrequencyFactor) return frequency / (float)scaling.Factor;
        if (wavelength < original / scaling.HighFrequencyFactor) return frequency;
        var smooth = ((float)original / wavelength - (float)scaling.LowFrequencyFactor)
            / (float)(scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (1 - smooth) * frequency / (float)scaling.Factor + smooth * frequency;
    }

    private static void Yarn(DecoderSpec spec, Span<float> frequencies)
    {
        var scaling = spec.RopeScaling;
        var low = Turning(spec, scaling.BetaFast);
        var high = Turning(spec, scaling.BetaSlow);
        if (scaling.Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        low = Math.Max(low, 0);
        high = Math.Min(high, spec.RotarySize - 1);
        if (low == high) high += 0.001;

        for (var i = 0; i < frequencies.Length; i++)
        {
            var period = Period(spec, spec.RopeTheta, i);
            var kept = 1 - Math.Clamp((i - (float)low) / (float)(high - low), 0f, 1f);
            frequencies[i] = 1f / ((float)scaling.Factor * period) * (1 - kept) + 1f / period * kept;
        }
    }

    // The (fractional) index of the frequency that makes so many turns within the original context.
    private static double Turning(DecoderSpec spec, double turns) =>
        spec.RotarySize * Math.Log(spec.RopeScaling.OriginalMaxPositions / (turns * 2 * Math.PI)) / (2 * Math.Log(spec.RopeTheta));

    private static void LongRope(DecoderSpec spec, int positions, Span<float> frequencies)
    {
        var scaling = spec.RopeScaling;
        var divisors = positions > scaling.OriginalMaxPositions ? scaling.LongFactors : scaling.ShortFactors;
        for (var i = 0; i < frequencies.Length; i++)
            frequencies[i] = 1f / ((float)divisors[i] * Period(spec, spec.RopeTheta, i));
    }
}
