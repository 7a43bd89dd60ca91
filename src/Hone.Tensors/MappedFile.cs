using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Hone.Tensors;

/// <summary>
/// A file that is read where it lies, through the system's page cache. What was looked at leaves the process's resident memory again
/// after <see cref="ResidentBytes"/>, so that reading all of a large file in any order takes no more memory than that. Reads may come
/// from several threads.
/// </summary>
public sealed unsafe partial class MappedFile : IDisposable
{
    /// <summary>Most that stays resident of what was read (on Linux; elsewhere the system decides).</summary>
    public const long ResidentBytes = 8 << 20;

    /// <summary>A first touch brings in up to this much around it (Linux' fault_around_bytes).</summary>
    private const int BytesOfTouch = 64 << 10;

    private const int AdviseNotNeeded = 4;

    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* start;
    private long touched;

    private MappedFile(MemoryMappedFile map, long length)
    {
        this.map = map;
        Length = length;
        view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
    }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; }

    /// <summary>Maps an open file, and closes it when the map is disposed.</summary>
    /// <param name="file">The file; not empty.</param>
    /// <exception cref="IOException">The system refuses.</exception>
    public static MappedFile Of(FileStream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var length = file.Length;
        return new MappedFile(MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false), length);
    }

    /// <summary>Bytes of the file; valid until it is disposed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not in the file.</exception>
    public ReadOnlySpan<byte> Read(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        ObjectDisposedException.ThrowIf(view.SafeMemoryMappedViewHandle.IsClosed, this);
        if (Interlocked.Add(ref touched, Math.Max(length, BytesOfTouch)) > ResidentBytes)
        {
            // The pages stay in the page cache: to read them again costs no disk.
            Interlocked.Exchange(ref touched, 0);
            if (OperatingSystem.IsLinux()) _ = MemoryAdvise(start, (nuint)Length, AdviseNotNeeded);
        }

        return new ReadOnlySpan<byte>(start + offset, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (view.SafeMemoryMappedViewHandle.IsClosed) return;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* address, nuint length, int advice);
}
