using System.Globalization;

namespace Hone.Training.Planning;

/// <summary>Memory of the machine, as this process may use it.</summary>
public static class SystemMemory
{
    /// <summary>
    /// Bytes that a new run can take without swapping: what the system calls available, or the container's limit less what it
    /// uses, whichever is smaller.
    /// </summary>
    public static long AvailableBytes
    {
        get
        {
            var info = GC.GetGCMemoryInfo();
            var limit = info.TotalAvailableMemoryBytes - Environment.WorkingSet;
            return Math.Max(0, OperatingSystem.IsLinux() && MemAvailable() is { } available ? Math.Min(limit, available) : limit - OthersBytes(info));
        }
    }

    /// <summary>Bytes that this process holds in memory now.</summary>
    public static long ResidentBytes => Environment.WorkingSet;

    private static long OthersBytes(GCMemoryInfo info) => Math.Max(0, info.MemoryLoadBytes - Environment.WorkingSet);

    private static long? MemAvailable()
    {
        const string Key = "MemAvailable:";
        try
        {
            foreach (var line in File.ReadLines("/proc/meminfo"))
            {
                if (!line.StartsWith(Key, StringComparison.Ordinal)) continue;
                var digits = line.AsSpan(Key.Length).Trim();
                return long.Parse(digits[..digits.IndexOf(' ')], CultureInfo.InvariantCulture) * 1024;
            }
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            return null;
        }

        return null;
    }
}
