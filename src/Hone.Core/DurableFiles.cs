using System.Runtime.InteropServices;

namespace Hone.Models.Weights;

/// <summary>Replaces files so that a reader, or a crash at any moment, finds either the old content or the new, whole.</summary>
internal static partial class AtomicFile
{
    /// <summary>Added to the name while a file is being written. A leftover is overwritten by the next save of that name.</summary>
    public const string PartialSuffix = ".partial";

    private const int ReadOnlyFlag = 0;

    /// <summary>Writes a file aside in the same folder, syncs it, and renames it over <paramref name="path"/>.</summary>
    /// <exception cref="HoneException">Anything went wrong; the file that was there before is unharmed, and nothing is left beside it.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        var partial = path + PartialSuffix;
        var done = false;
        try
        {
            File.Delete(partial);
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

    /// <summary>Makes the folder when it is missing.</summary>
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

    // A rename survives a power cut only once the folder is synced too. Other systems than Linux and macOS do it by themselves.
    private static void SyncFolder(string folder)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) return;
        var descriptor = OpenDescriptor(folder, ReadOnlyFlag);
        if (descriptor < 0) return;
        _ = Sync(descriptor);
        _ = CloseDescriptor(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);
}
