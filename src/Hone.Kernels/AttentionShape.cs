namespace Hone.Kernels;

/// <summary>Shape and rule of an attention layer.</summary>
/// <param name="Heads">Query heads, H.</param>
/// <param name="KeyValueHeads">Key-value heads, G; divides H. Query head h reads key-value head h·G/H.</param>
/// <param name="HeadSize">D.</param>
/// <param name="Scale">Multiplies the scores, usually 1/√D.</param>
/// <param name="SlidingWindow">A query sees this many keys, itself included; 0 means all before it.</param>
public readonly record struct AttentionShape(int Heads, int KeyValueHeads, int HeadSize, float Scale, int SlidingWindow = 0);
