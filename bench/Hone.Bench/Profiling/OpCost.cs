namespace Hone.Bench.Profiling;

/// <summary>
/// What an op must do at least: operations, and bytes between memory and processor when every operand is read or written once.
/// </summary>
internal readonly record struct OpCost(double Flops, double Bytes);
