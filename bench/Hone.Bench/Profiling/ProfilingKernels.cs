using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Bench.Profiling;

/// <summary>
/// A device that times every op of another one. Products are kept apart by the shape of their weight. After the first step
/// it allocates nothing.
/// </summary>
internal sealed partial class ProfilingKernels(IKernels inner, BenchClock clock) : IKernels
{
    private readonly Dictionary<OpKey, OpTotals> totals = [];

    public string Description => inner.Description;

    public long WorkspaceBytes => inner.WorkspaceBytes;

    public Arena CreateArena(string name) => inner.CreateArena(name);

    public void Upload<T>(ReadOnlySpan<T> host, Tensor device)
        where T : unmanaged => inner.Upload(host, device);

    public void Download<T>(Tensor device, Span<T> host)
        where T : unmanaged => inner.Download(device, host);

    /// <summary>Forgets what was measured so far.</summary>
    public void Clear()
    {
        foreach (var row in totals.Values) row.Clear();
    }

    /// <summary>The table, the costliest op first: each op's share of its limit is the time that flops at the peak, or bytes at the bandwidth, would take.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="steps">Steps that were measured.</param>
    /// <param name="gigaflops">Peak of the processor.</param>
    /// <param name="gigabytes">Bandwidth of the memory, GB/s.</param>
    public void Print(TextWriter to, int steps, double gigaflops, double gigabytes)
    {
        var all = totals.Values.Sum(t => t.Seconds);
        double atLimit = 0;
        to.WriteLine($"{"op",-34} {"calls",6} {"ms/step",9} {"share",6} {"GFLOP/s",8} {"GB/s",6} {"% of limit",11}");
        foreach (var (key, t) in totals.Where(p => p.Value.Calls > 0).OrderByDescending(p => p.Value.Seconds))
        {
            var seconds = t.Seconds;
            var (byFlops, byBytes) = (t.Flops * 1e-9 / gigaflops, t.Bytes * 1e-9 / gigabytes);
            atLimit += Math.Max(byFlops, byBytes);
            to.WriteLine($"{key,-34} {t.Calls / steps,6} {1e3 * seconds / steps,9:F2} {100.0 * t.Seconds / all,5:F1}% {1e-9 * t.Flops / seconds,8:F1} "
                + $"{1e-9 * t.Bytes / seconds,6:F1} {100 * Math.Max(byFlops, byBytes) / seconds,4:F0} {(byFlops > byBytes ? "FMA" : "memory")}");
        }

        to.WriteLine($"{"all",-34} {"",6} {1e3 * all / steps,9:F2} {100,5:F1}% {"",8} {"",6} {100 * atLimit / all,4:F0}");
    }

    public void Dispose()
    {
        // The kernels inside belong to the caller.
    }

    private void Add(OpKey key, double start, OpCost cost)
    {
        var seconds = clock.Now - start;
        if (!totals.TryGetValue(key, out var row)) totals.Add(key, row = new OpTotals());
        row.Add(seconds, cost);
    }
}
