namespace Hone.Models;

/// <summary>
/// Rows of the rotary tables for any stretch of positions, with the frequencies that the length of the sequence asks for. Frequencies
/// are computed again only when a length asks for others, and nothing is allocated after construction.
/// </summary>
internal sealed class RotaryRows(DecoderSpec spec)
{
    private readonly float[] frequencies = new float[spec.RotarySize / 2];
    private readonly float scale = (float)spec.RopeScaling.AttentionScaling;
    private int? servedLength;

    /// <summary>Whether the frequencies depend on the length of the sequence at all.</summary>
    public static bool FollowLength(DecoderSpec spec) => spec.RopeScaling.Kind is RopeKind.Dynamic or RopeKind.LongRope;

    /// <summary>A number that is the same for two lengths exactly if they have the same frequencies; not negative.</summary>
    public static int LengthThatCounts(DecoderSpec spec, int sequence) => spec.RopeScaling.Kind switch
    {
        RopeKind.Dynamic => Math.Max(sequence, spec.MaxPositions),
        RopeKind.LongRope => sequence > spec.RopeScaling.OriginalMaxPositions ? spec.RopeScaling.OriginalMaxPositions + 1 : spec.RopeScaling.OriginalMaxPositions,
        _ => 0,
    };

    /// <summary>Fills rows for the positions <paramref name="first"/>, <paramref name="first"/> + 1, …</summary>
    /// <param name="first">Position of the first row.</param>
    /// <param name="sequence">Length of the sequence that the positions are in.</param>
    /// <param name="cos">= [n, RotarySize / 2].</param>
    /// <param name="sin">= [n, RotarySize / 2].</param>
    public void Fill(int first, int sequence, Span<float> cos, Span<float> sin)
    {
        var length = LengthThatCounts(spec, sequence);
        if (length != servedLength)
        {
            RotaryTable.InverseFrequencies(spec, length, frequencies);
            servedLength = length;
        }

        RotaryTable.Fill(frequencies, scale, first, cos, sin);
    }
}
