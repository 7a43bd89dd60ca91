namespace Hone.Bench.Profiling;

/// <summary>A row of the profile: an op and, for products, their shape.</summary>
internal readonly record struct OpKey(string Op, int Outputs = 0, int Inputs = 0)
{
    public override string ToString() => Outputs == 0 ? Op : $"{Op} {Outputs}×{Inputs}";
}
