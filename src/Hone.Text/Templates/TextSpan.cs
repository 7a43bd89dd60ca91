namespace Hone.Text.Templates;

/// <summary>A half-open range of a text, counted in UTF-16 code units.</summary>
/// <param name="Start">The first code unit of the range.</param>
/// <param name="End">The code unit after the last one.</param>
public readonly record struct TextSpan(int Start, int End);
