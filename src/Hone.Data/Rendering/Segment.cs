namespace Hone.Data.Rendering;

/// <summary>A stretch of rendered text whose tokens share one loss weight.</summary>
/// <param name="Text">The text.</param>
/// <param name="Weight">How much its tokens are learned; 0 is not at all.</param>
/// <param name="Continues">
/// Whether it goes on where the segment before it stops, inside one turn or between two: the two are tokenized as one text, and a
/// token across the border has the weight and role of this one.
/// </param>
/// <param name="Role">Who speaks.</param>
public readonly record struct Segment(string Text, float Weight, bool Continues = false, SegmentRole Role = SegmentRole.Text);
