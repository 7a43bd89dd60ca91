namespace Hone.Bench.Profiling;

/// <summary>What the calls of one row of the profile took and did together.</summary>
internal sealed class OpTotals
{
    public long Calls { get; private set; }

    public long Ticks { get; private set; }

    public double Flops { get; private set; }

    public double Bytes { get; private set; }

    public void Add(long ticks, in OpCost cost)
    {
        Calls++;
        Ticks += ticks;
        Flops += cost.Flops;
        Bytes += cost.Bytes;
    }

    public void Clear() => (Calls, Ticks, Flops, Bytes) = (0, 0, 0, 0);
}
