using System.Globalization;

namespace Hone.Bench.Training;

/// <summary>Peak resident memory of this process. Linux only.</summary>
internal static class ResidentMemory
{
    /// <summary>VmHWM in MB (2²⁰ bytes); 0 where the system doesn't tell.</summary>
    public static long PeakMegabytes()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>Forgets the peak so far: what was needed to prepare a measurement does not count.</summary>
    public static void ResetPeak()
    {
        if (OperatingSystem.IsLinux()) File.WriteAllText("/proc/self/clear_refs", "5");
    }
}
