using Hone.Settings;

namespace Hone.Training.Planning;

/// <summary>Memory of the machine, as this process may use it.</summary>
public static class SystemMemory
{
    /// <summary>The variable that lowers <see cref="AvailableBytes"/>: to leave room for others, and for tests.</summary>
    public const string Variable = "HONE_AVAILABLE_MEMORY";

    /// <summary>Bytes that the machine has, or that the process's container may use when that is less.</summary>
    public static long TotalBytes => Room().Total;

    /// <summary>
    /// Bytes that a new run can take without swapping: what the system calls available, each limit of the container less what it
    /// uses, or what <see cref="Variable"/> says (<c>8GiB</c>), whichever is smallest.
    /// </summary>
    /// <exception cref="HoneException">The variable holds no size.</exception>
    public static long AvailableBytes => AvailableBeside(0);

    /// <summary>Bytes that this process holds in memory now.</summary>
    public static long ResidentBytes => Environment.WorkingSet;

    /// <summary>
    /// Bytes that something which has taken some already can take more: <see cref="Variable"/> limits the whole of it, while what the
    /// system has available is without what was taken.
    /// </summary>
    /// <param name="held">Bytes that it has taken.</param>
    /// <exception cref="HoneException">The variable holds no size.</exception>
    public static long AvailableBeside(long held) =>
        Math.Max(0, Math.Min(Room().Available, Allowance() is { } allowance ? allowance - held : long.MaxValue));

    private static MemoryRoom Room()
    {
        if (OperatingSystem.IsLinux() && LinuxMemory.Read() is { } room) return room;
        var info = GC.GetGCMemoryInfo();
        return new MemoryRoom(info.TotalAvailableMemoryBytes, info.TotalAvailableMemoryBytes - Math.Max(info.MemoryLoadBytes, Environment.WorkingSet));
    }

    private static long? Allowance()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text) return null;
        return ByteSize.TryParse(text, out var size)
            ? size.Bytes
            : throw new HoneException(ExitCode.Usage, $"{Variable} is '{text}', which is no size.", null, "Write for example 8GiB, or unset it.");
    }
}
