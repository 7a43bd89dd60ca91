namespace Hone.Data.Rendering;

/// <summary>A stretch of rendered text whose tokens share one loss weight.</summary>
/// <param name="Text">The text.</param>
/// <param name="Weight">How much its tokens are learned; 0 is not at all.</param>
public readonly record struct Segment(string Text, float Weight);
