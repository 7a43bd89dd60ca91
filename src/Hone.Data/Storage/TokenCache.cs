using System.Text.Json;

namespace Hone.Data.Storage;

/// <summary>
/// Tokens of earlier runs, each in a file named by its key. A file is written aside, synced and renamed, so what has its name is whole;
/// what was damaged later is noticed by its checksum. The oldest files go when all together get too large.
/// </summary>
/// <param name="Folder">Where the files lie.</param>
/// <param name="TokenizerFolder">The folder whose tokenizer is used; null when there is none.</param>
/// <param name="MinimumBytes">Data files that are smaller together are tokenized anew each time, which is as fast.</param>
/// <param name="LimitBytes">Most that all files may take together.</param>
public sealed record TokenCache(string Folder, string? TokenizerFolder, long MinimumBytes = TokenCache.UsualMinimumBytes, long LimitBytes = TokenCache.UsualLimitBytes)
{
    /// <summary>What pays to be kept.</summary>
    public const long UsualMinimumBytes = 16 << 20;

    /// <summary>Most that all files take together.</summary>
    public const long UsualLimitBytes = 16L << 30;

    private const string Extension = ".tokens";

    /// <summary>The folder that is used unless another one is named.</summary>
    public static string UsualFolder => Path.Combine(CacheFolder.Path, "tokens");

    /// <summary>Whether so much data is worth a file. What has no length is a pipe, which can be read only once.</summary>
    internal bool Wants(IReadOnlyList<string> dataFiles)
    {
        var lengths = dataFiles.Select(f => new FileInfo(f) is { Exists: true } info ? info.Length : 0).ToList();
        return lengths.Sum() >= MinimumBytes && !lengths.Contains(0);
    }

    /// <summary>The data set of a key, or null where there is none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="progress">Told how far checking it is, in bytes.</param>
    /// <param name="damage">What is wrong with the file that was there, for people; it is gone then.</param>
    /// <param name="cancellation">Stops.</param>
    internal LoadedDataset? Find(byte[] key, Action<long, long>? progress, out string? damage, CancellationToken cancellation)
    {
        damage = null;
        var path = PathOf(key);
        if (!File.Exists(path)) return null;
        FileStream? file = null;
        var isTaken = false;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0);
            var data = TokenCacheFile.Read(file, key, progress, cancellation);
            isTaken = true;
            Touch(path);
            return data with { TokensFrom = $"taken from {path}" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or JsonException)
        {
            file?.Dispose(); // before it is deleted, which Windows asks for
            damage = $"{path} is damaged and was made anew: {e.Message.TrimEnd('.')}";
            TryDelete(path);
            return null;
        }
        finally
        {
            if (!isTaken) file?.Dispose();
        }
    }

    /// <summary>Keeps a data set, and says where, or why not: a run doesn't stop because nothing can be kept.</summary>
    internal string Keep(byte[] key, StoredSamples samples, RowLocations locations, DatasetReport report, Action<long, long>? progress)
    {
        string? aside = null;
        try
        {
            using (var file = CacheFolder.OpenNew(Folder, Convert.ToHexStringLower(key.AsSpan(0, 8)), anonymous: false))
            {
                aside = file.Name;
                TokenCacheFile.Write(file, key, samples, locations, report, progress);
                file.Flush(flushToDisk: true);
            }

            var bytes = new FileInfo(aside).Length;
            File.Move(aside, PathOf(key), overwrite: true);
            DurableFiles.SyncFolder(Folder);
            Prune(PathOf(key));
            return $"kept in {PathOf(key)} ({ByteCount.Text(bytes)})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HoneException)
        {
            if (aside is not null) TryDelete(aside);
            return $"not kept: {e.Message}";
        }
    }

    private string PathOf(byte[] key) => Path.Combine(Folder, Convert.ToHexStringLower(key) + Extension);

    private void Prune(string newest)
    {
        try
        {
            // Another process may take a file away at any time.
            var files = new DirectoryInfo(Folder).GetFiles("*" + Extension).Where(f => f.Exists).Select(f => (f.FullName, f.Length, f.LastWriteTimeUtc)).OrderBy(f => f.LastWriteTimeUtc).ToList();
            var total = files.Sum(f => f.Length);
            foreach (var file in files)
            {
                if (total <= LimitBytes) return;
                if (file.FullName == newest) continue;
                total -= file.Length;
                TryDelete(file.FullName);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next one who keeps a file counts again.
        }
    }

    /// <summary>Its time is that of its last use.</summary>
    private static void Touch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache that can only be read serves as well.
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
            // The next one who needs the name writes over it.
        }
    }
}
