using System.Runtime.InteropServices;

namespace Hone.Training.Checkpoints;

/// <summary>
/// Writes that survive a power cut: a file's bytes and its name in the folder are on disk when a call returns. .NET can sync files but
/// not folders, and can't rename a link to a folder, hence the system calls.
/// </summary>
internal static partial class DurableFiles
{
    /// <summary>Forces a file's content to disk.</summary>
    public static void Sync(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Forces a folder's names to disk. Windows does that by itself.</summary>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0) throw new IOException($"{folder} can't be opened: error {Marshal.GetLastPInvokeError()}");

        // Some network file systems can't sync folders and say so; the rename is then as durable as they make it.
        _ = FSync(descriptor);
        _ = Close(descriptor);
    }

    /// <summary>Creates or replaces a small file in one piece.</summary>
    public static void Replace(string file, ReadOnlySpan<byte> content)
    {
        var aside = file + ".tmp";
        using (var stream = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(aside, file, overwrite: true);
        SyncFolder(Path.GetDirectoryName(file)!);
    }

    /// <summary>
    /// Points <paramref name="link"/> at a neighbour, in one piece: a symbolic link, or a text file where links need special rights.
    /// </summary>
    public static void Link(string link, string target)
    {
        if (OperatingSystem.IsWindows())
        {
            Replace(link, System.Text.Encoding.UTF8.GetBytes(target));
            return;
        }

        var aside = link + ".tmp";
        File.Delete(aside);
        File.CreateSymbolicLink(aside, target);
        if (Rename(aside, link) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            File.Delete(aside);
            throw new IOException($"{link} can't be replaced: error {error}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
