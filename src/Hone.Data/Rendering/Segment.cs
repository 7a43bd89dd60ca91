namespace Hone.Data.Rendering;

/// <summary>A stretch of rendered text whose tokens share one loss weight.</summary>
/// <param name="Text">The text.</param>
/// <param name="Weight">How much its tokens are learned; 0 is not at all.</param>
/// <param name="Continues">
/// Whether it goes on where the segment before it stops, inside one turn: the two are tokenized as one text, and a token across
/// the border has the weight of this one.
/// </param>
public readonly record struct Segment(string Text, float Weight, bool Continues = false);
