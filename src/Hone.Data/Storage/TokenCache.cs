using System.Globalization;
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
    /// <param name="damage">What is wrong with the file that was there, for people; it is gone then.</param>
    internal LoadedDataset? Find(byte[] key, out string? damage)
    {
        damage = null;
        var path = PathOf(key);
        if (!File.Exists(path)) return null;
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0);
            var data = TokenCacheFile.Read(file, key);
            Touch(path);
            return data with { TokensFrom = $"taken from {path}" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or JsonException)
        {
            file?.Dispose();
            damage = $"{path} is damaged and was made anew: {e.Message.TrimEnd('.')}";
            TryDelete(path);
            return null;
        }
    }

    /// <summary>Keeps a data set, and says where, or why not: a run doesn't stop because nothing can be kept.</summary>
    internal string Keep(byte[] key, StoredSamples samples, RowLocations locations, DatasetReport report)
    {
        string? aside = null;
        try
        {
            using (var file = CacheFolder.OpenNew(Folder, Convert.ToHexStringLower(key.AsSpan(0, 8)), anonymous: false))
            {
                aside = file.Name;
                TokenCacheFile.Write(file, key, samples, locations, report);
                file.Flush(flushToDisk: true);
            }

            File.Move(aside, PathOf(key), overwrite: true);
            DurableFiles.SyncFolder(Folder);
            Prune(PathOf(key));
            return string.Create(CultureInfo.InvariantCulture, $"kept in {PathOf(key)} ({ByteCount.Text(new FileInfo(PathOf(key)).Length)})");
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
        var files = new DirectoryInfo(Folder).GetFiles("*" + Extension).OrderBy(f => f.LastWriteTimeUtc).ToList();
        var total = files.Sum(f => f.Length);
        foreach (var file in files)
        {
            if (total <= LimitBytes) return;
            if (file.FullName == newest) continue;
            total -= file.Length;
            TryDelete(file.FullName);
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
