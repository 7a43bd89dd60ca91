using System.Diagnostics;
using System.Globalization;

namespace Hone.Bench.Training;

/// <summary>
/// What the processor does beside this process, so that a step that others disturbed can be left out: the rule of the PyTorch
/// reference script. Linux only; elsewhere nothing is ever foreign.
/// </summary>
internal sealed class CpuMeter
{
    private const double TicksPerSecond = 100;
    private const double QuietShare = 0.08;

    /// <summary>CPU seconds of the whole machine, of this process, and the wall clock.</summary>
    public readonly record struct Reading(double Machine, double Own, long Clock)
    {
        /// <summary>Wall seconds since another reading.</summary>
        public double SecondsSince(Reading start) => Stopwatch.GetElapsedTime(start.Clock, Clock).TotalSeconds;

        /// <summary>CPU seconds of this process since another reading.</summary>
        public double OwnSince(Reading start) => Own - start.Own;

        /// <summary>CPU time of other processes since another reading, as a share of two cores.</summary>
        public double ForeignShareSince(Reading start) =>
            Math.Max(0, Machine - start.Machine - (Own - start.Own)) / (2 * SecondsSince(start));
    }

    /// <summary>Reads the clocks.</summary>
    /// <param name="withNiced">Whether niced processes count.</param>
    public static Reading Read(bool withNiced = true)
    {
        var own = Environment.CpuUsage.TotalTime.TotalSeconds;
        return new Reading(OperatingSystem.IsLinux() ? MachineSeconds(withNiced) : own, own, Stopwatch.GetTimestamp());
    }

    /// <summary>Waits until others are quiet, or for the given time.</summary>
    public static void WaitForQuiet(double seconds)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            var start = Read(withNiced: false);
            Thread.Sleep(100);
            if (Read(withNiced: false).ForeignShareSince(start) < QuietShare) return;
        }
    }

    private static double MachineSeconds(bool withNiced)
    {
        // cpu user nice system idle iowait irq softirq steal …
        using var reader = new StreamReader("/proc/stat");
        var fields = reader.ReadLine()!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        double ticks = 0;
        for (var i = 1; i <= 8; i++)
        {
            if (i is 4 or 5 || (i == 2 && !withNiced)) continue;
            ticks += double.Parse(fields[i], CultureInfo.InvariantCulture);
        }

        return ticks / TicksPerSecond;
    }
}
