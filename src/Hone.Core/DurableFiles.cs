using System.Runtime.InteropServices;

namespace Hone;

/// <summary>
/// Writes that survive a crash or a power cut at any moment: a reader finds the old content or the new, whole, and what a call wrote is
/// on disk, name and all, when it returns. .NET can sync files but not folders, and can't rename a link to a folder, hence the system calls.
/// </summary>
public static partial class DurableFiles
{
    /// <summary>What the name of a file ends with while it is being written.</summary>
    public const string PartialSuffix = ".partial";

    private const int ReadOnlyFlag = 0;

    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>
    /// Told of every folder that this thread is about to sync. Tests listen, and fail there: but for a power cut, nothing shows that a
    /// folder was left out.
    /// </summary>
    [field: ThreadStatic]
    internal static Action<string>? SyncingFolder { get; set; }

    /// <summary>
    /// Writes a file aside in the same folder, syncs it, and renames it over <paramref name="path"/>. Of several that write it at once, in
    /// whatever processes, the last one to end wins.
    /// </summary>
    /// <exception cref="HoneException">Anything went wrong; the file that was there before is unharmed, and nothing is left beside it.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        var partial = NewPartial(path);
        var done = false;
        try
        {
            RemoveAbandoned(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path) + ".");
            using (var stream = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
            done = true;
            SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Other, $"The file can't be written: {e.Message}", path,
                "Free space or choose another output folder; what was saved before is unharmed.", e);
        }
        finally
        {
            if (!done) TryDelete(partial);
        }
    }

    /// <summary>A name that nobody else uses, beside a file that is to be written.</summary>
    public static string NewPartial(string path) => $"{path}.{Guid.NewGuid().ToString("N")[..12]}{PartialSuffix}";

    /// <summary>Deletes what processes left that were killed while they wrote: files that are partial, and untouched for a day. What can't be deleted stays.</summary>
    /// <param name="folder">Where; it need not exist.</param>
    /// <param name="prefix">What their names begin with.</param>
    public static void RemoveAbandoned(string folder, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(prefix);
        try
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*" + PartialSuffix))
            {
                if (Path.GetFileName(file).StartsWith(prefix, StringComparison.Ordinal) && DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > Abandoned) TryDelete(file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever writes there hears of it.
        }
    }

    /// <summary>Makes the folder when it is missing.</summary>
    /// <exception cref="HoneException">It can't be made.</exception>
    public static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Other, $"The folder can't be made: {e.Message}", folder, "Choose another output folder.", e);
        }
    }

    /// <summary>Forces a file's content to disk.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Sync(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>
    /// Forces a folder's names to disk; Windows does that by itself. A folder that can't be read, and some network file systems, can't be
    /// synced: a rename there is as durable as the system makes it.
    /// </summary>
    public static void SyncFolder(string folder)
    {
        SyncingFolder?.Invoke(folder);
        if (OperatingSystem.IsWindows()) return;
        var descriptor = OpenDescriptor(folder, ReadOnlyFlag);
        if (descriptor < 0) return;
        _ = SyncDescriptor(descriptor);
        _ = CloseDescriptor(descriptor);
    }

    /// <summary>
    /// Points <paramref name="link"/> at a neighbour, in one piece: a symbolic link, or a text file where links need special rights.
    /// </summary>
    /// <exception cref="HoneException">The link can't be made or replaced; what it pointed at before, it still does.</exception>
    public static void Link(string link, string target)
    {
        if (OperatingSystem.IsWindows())
        {
            Write(link, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(target)));
            return;
        }

        var aside = link + PartialSuffix;
        try
        {
            File.Delete(aside);
            File.CreateSymbolicLink(aside, target);
            if (Rename(aside, link) != 0) throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
            SyncFolder(Path.GetDirectoryName(Path.GetFullPath(link))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(aside);
            throw new HoneException(ExitCode.Other, $"The link can't be made: {e.Message}", link,
                "Remove what is in its way; what it is to point at is unharmed.", e);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report.
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int SyncDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
