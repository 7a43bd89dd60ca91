namespace Hone.Models;

/// <summary>
/// Cosines and sines of rotary position embedding (RoFormer, Su et al. 2021), with the frequency rules of
/// <see cref="RopeKind"/>. Frequencies are rounded to F32 where the common implementation rounds them, because
/// a difference of one unit in a frequency is multiplied by the position.
/// </summary>
public static class RotaryTable
{
    /// <summary>
    /// Inverse frequencies, <c>RotarySize / 2</c> of them. Only <see cref="RopeKind.Dynamic"/> and
    /// <see cref="RopeKind.LongRope"/> look at <paramref name="positions"/>.
    /// </summary>
    /// <param name="spec">The model.</param>
    /// <param name="positions">Length of the longest sequence that the table serves.</param>
    public static float[] InverseFrequencies(DecoderSpec spec, int positions) => throw new NotImplementedException();

    /// <summary>
    /// Fills the tables for positions 0, 1, … with <see cref="RopeScaling.AttentionScaling"/> multiplied in.
    /// </summary>
    /// <param name="spec">The model.</param>
    /// <param name="positions">Rows to fill.</param>
    /// <param name="cos">= [positions, RotarySize / 2].</param>
    /// <param name="sin">= [positions, RotarySize / 2].</param>
    public static void Fill(DecoderSpec spec, int positions, Span<float> cos, Span<float> sin) => throw new NotImplementedException();
}
