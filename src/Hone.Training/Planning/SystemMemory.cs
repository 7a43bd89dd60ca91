using System.Globalization;
using Hone.Settings;

namespace Hone.Training.Planning;

/// <summary>Memory of the machine, as this process may use it.</summary>
public static class SystemMemory
{
    /// <summary>The variable that lowers <see cref="AvailableBytes"/>: to leave room for others, and for tests.</summary>
    public const string Variable = "HONE_AVAILABLE_MEMORY";

    /// <summary>
    /// Bytes that a new run can take without swapping: what the system calls available, the container's limit less what it
    /// uses, or what <see cref="Variable"/> says (<c>8GiB</c>), whichever is smallest.
    /// </summary>
    /// <exception cref="HoneException">The variable holds no size.</exception>
    public static long AvailableBytes
    {
        get
        {
            var info = GC.GetGCMemoryInfo();
            var limit = info.TotalAvailableMemoryBytes - Environment.WorkingSet;
            var free = OperatingSystem.IsLinux() && MemAvailable() is { } available ? Math.Min(limit, available) : limit - OthersBytes(info);
            return Math.Max(0, Math.Min(free, Allowance() ?? long.MaxValue));
        }
    }

    /// <summary>Bytes that this process holds in memory now.</summary>
    public static long ResidentBytes => Environment.WorkingSet;

    private static long? Allowance()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text) return null;
        return ByteSize.TryParse(text, out var size)
            ? size.Bytes
            : throw new HoneException(ExitCode.Usage, $"{Variable} is '{text}', which is no size.", null, "Write for example 8GiB, or unset it.");
    }

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
