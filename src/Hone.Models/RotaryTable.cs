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
    /// <param name="sequence">Length of the longest sequence that the table serves.</param>
    public static float[] InverseFrequencies(DecoderSpec spec, int sequence)
    {
        var scaling = spec.RopeScaling;
        switch (scaling.Kind)
        {
            case RopeKind.Linear:
                return Array.ConvertAll(Unscaled(spec, spec.RopeTheta), f => f / (float)scaling.Factor);
            case RopeKind.Dynamic:
                return Unscaled(spec, DynamicBase(spec, sequence));
            case RopeKind.Llama3:
                return Array.ConvertAll(Unscaled(spec, spec.RopeTheta), f => Llama3(f, scaling));
            case RopeKind.Yarn:
                return Yarn(spec);
            case RopeKind.LongRope:
                return LongRope(spec, sequence);
            default:
                return Unscaled(spec, spec.RopeTheta);
        }
    }

    /// <summary>
    /// Fills the tables for positions 0, 1, … with <see cref="RopeScaling.AttentionScaling"/> multiplied in.
    /// </summary>
    /// <param name="spec">The model.</param>
    /// <param name="positions">Rows to fill.</param>
    /// <param name="sequence">Length of the longest sequence that the table serves, as in <see cref="InverseFrequencies"/>.</param>
    /// <param name="cos">= [positions, RotarySize / 2].</param>
    /// <param name="sin">= [positions, RotarySize / 2].</param>
    public static void Fill(DecoderSpec spec, int positions, int sequence, Span<float> cos, Span<float> sin)
    {
        var frequencies = InverseFrequencies(spec, sequence);
        var half = frequencies.Length;
        if (positions < 0 || cos.Length != (long)positions * half || sin.Length != cos.Length)
            throw new ArgumentException($"rotary tables of {cos.Length} and {sin.Length} elements can't hold [{positions}, {half}]");
        var scale = (float)spec.RopeScaling.AttentionScaling;
        for (var position = 0; position < positions; position++)
        {
            var row = position * half;
            for (var i = 0; i < half; i++)
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

    private static float[] Unscaled(DecoderSpec spec, double theta)
    {
        var frequencies = new float[spec.RotarySize / 2];
        for (var i = 0; i < frequencies.Length; i++) frequencies[i] = 1f / Period(spec, theta, i);
        return frequencies;
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

    private static float[] Yarn(DecoderSpec spec)
    {
        var scaling = spec.RopeScaling;
        var low = Turning(spec, scaling.BetaFast);
        var high = Turning(spec, scaling.BetaSlow);
        if (scaling.Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        low = Math.Max(low, 0);
        high = Math.Min(high, spec.RotarySize - 1);
        if (low == high) high += 0.001;

        var frequencies = new float[spec.RotarySize / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var period = Period(spec, spec.RopeTheta, i);
            var kept = 1 - Math.Clamp((i - (float)low) / (float)(high - low), 0f, 1f);
            frequencies[i] = 1f / ((float)scaling.Factor * period) * (1 - kept) + 1f / period * kept;
        }

        return frequencies;
    }

    // The (fractional) index of the frequency that makes so many turns within the original context.
    private static double Turning(DecoderSpec spec, double turns) =>
        spec.RotarySize * Math.Log(spec.RopeScaling.OriginalMaxPositions / (turns * 2 * Math.PI)) / (2 * Math.Log(spec.RopeTheta));

    private static float[] LongRope(DecoderSpec spec, int positions)
    {
        var scaling = spec.RopeScaling;
        var divisors = positions > scaling.OriginalMaxPositions ? scaling.LongFactors : scaling.ShortFactors;
        var frequencies = new float[spec.RotarySize / 2];
        for (var i = 0; i < frequencies.Length; i++)
            frequencies[i] = 1f / ((float)divisors[i] * Period(spec, spec.RopeTheta, i));
        return frequencies;
    }
}
