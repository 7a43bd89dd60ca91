namespace Hone.Bench.Profiling;

/// <summary>What the calls of one row of the profile took and did together.</summary>
internal sealed class OpTotals
{
    public long Calls { get; private set; }

    public double Seconds { get; private set; }

    public double Flops { get; private set; }

    public double Bytes { get; private set; }

    public void Add(double seconds, in OpCost cost)
    {
        Calls++;
        Seconds += seconds;
        Flops += cost.Flops;
        Bytes += cost.Bytes;
    }

    public void Clear() => (Calls, Seconds, Flops, Bytes) = (0, 0, 0, 0);
}
