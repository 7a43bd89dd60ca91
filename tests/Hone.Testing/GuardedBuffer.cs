using System.Runtime.InteropServices;

namespace Hone.Testing;

/// <summary>
/// Memory between two pages that may not be touched: a read or write beyond an end kills the test process instead of passing
/// unnoticed. The block lies against one of the ends, so that end is guarded to the byte; what is left up to the other page is
/// filled with a canary.
/// </summary>
public sealed unsafe partial class GuardedBuffer : IDisposable
{
    /// <summary>All bits set: NaN in every floating type, −1 as an integer.</summary>
    public const byte Canary = 0xFF;

    private const int NoAccess = 0, ReadWrite = 3, Private = 2;
    private static readonly int Anonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;

    private readonly byte* mapping;
    private readonly nuint length;
    private readonly byte* slack;
    private readonly int slackBytes;
    private bool disposed;

    /// <param name="bytes">Size.</param>
    /// <param name="atEnd">Against the last page, otherwise against the first.</param>
    public GuardedBuffer(int bytes, bool atEnd)
    {
        var page = (nuint)Environment.SystemPageSize;
        var inner = ((nuint)bytes + page - 1) / page * page;
        length = inner + 2 * page;
        mapping = (byte*)Map(null, length, ReadWrite, Private | Anonymous, -1, 0);
        if ((nint)mapping == -1) throw new InvalidOperationException($"mmap failed: {Marshal.GetLastPInvokeError()}");
        if (Protect(mapping, page, NoAccess) != 0 || Protect(mapping + page + inner, page, NoAccess) != 0)
            throw new InvalidOperationException($"mprotect failed: {Marshal.GetLastPInvokeError()}");
        Data = atEnd ? mapping + page + inner - (nuint)bytes : mapping + page;
        Bytes = bytes;
        slack = atEnd ? mapping + page : Data + bytes;
        slackBytes = (int)inner - bytes;
        new Span<byte>(slack, slackBytes).Fill(Canary);
    }

    /// <summary>First byte.</summary>
    public byte* Data { get; }

    /// <summary>Size.</summary>
    public int Bytes { get; }

    /// <summary>False when something was written between the block and the farther page.</summary>
    public bool IsSlackUntouched => !new ReadOnlySpan<byte>(slack, slackBytes).ContainsAnyExcept(Canary);

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        _ = Unmap(mapping, length);
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(void* address, nuint length);
}
