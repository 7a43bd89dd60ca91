using System.Diagnostics;

namespace Hone.Bench;

/// <summary>
/// What a benchmark's time is: the wall clock's, or the CPU time of this process, which is right with one thread only but
/// is not disturbed when other processes take the core away.
/// </summary>
/// <param name="isCpuTime">CPU time instead of the wall clock.</param>
internal sealed class BenchClock(bool isCpuTime)
{
    /// <summary>Seconds since some moment.</summary>
    public double Now => isCpuTime
        ? Environment.CpuUsage.TotalTime.TotalSeconds
        : (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency;
}
