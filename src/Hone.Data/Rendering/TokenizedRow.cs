namespace Hone.Data.Rendering;

/// <summary>A row as tokens.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Weights">The weight of learning each token.</param>
/// <param name="Turns">Where the turns that are learned stand: first token, and the one behind the last.</param>
internal sealed record TokenizedRow(int[] Ids, float[] Weights, IReadOnlyList<(int Start, int End)> Turns)
{
    /// <summary>The role of each token; empty where all are <see cref="SegmentRole.Text"/>.</summary>
    public SegmentRole[] Roles { get; init; } = [];

    /// <summary>Whether training on it is what inference needs; null where that was not asked for.</summary>
    public TemplateProof? Proof { get; init; }
}
