using System.Runtime.InteropServices;

namespace Hone.Kernels.Cpu;

/// <summary>Where threads run. Elsewhere than on Linux nothing is known, and nothing moves.</summary>
internal static unsafe partial class Processors
{
    /// <summary>For a thread whose processor is not known.</summary>
    public const int Unknown = -1;

    /// <summary>The kernel's own limit is 8,192.</summary>
    private const int MaskBytes = 1024;

    /// <summary>The processor that runs this thread.</summary>
    public static int Current => OperatingSystem.IsLinux() ? CurrentProcessor() : Unknown;

    /// <summary>
    /// Moves this thread to a processor that is not taken, if it may use one, and says whether the kernel agreed. Afterwards the thread may
    /// use those that it could before, but not those that the process is given later.
    /// </summary>
    public static bool MoveFrom(ReadOnlySpan<int> taken)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var allowed = stackalloc byte[MaskBytes];
        var free = stackalloc byte[MaskBytes];
        if (GetAffinity(0, MaskBytes, allowed) < 0) return false;
        new ReadOnlySpan<byte>(allowed, MaskBytes).CopyTo(new Span<byte>(free, MaskBytes));
        foreach (var processor in taken)
        {
            if ((uint)processor < 8 * MaskBytes) free[processor / 8] &= (byte)~(1 << (processor % 8));
        }

        // The kernel refuses an empty set. Otherwise the thread has moved when the call returns.
        if (SetAffinity(0, MaskBytes, free) != 0) return false;
        _ = SetAffinity(0, MaskBytes, allowed);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    [SuppressGCTransition]
    private static partial int CurrentProcessor();

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint bytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint bytes, byte* mask);
}
