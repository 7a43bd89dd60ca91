using System.Text.Json;

namespace Hone.Hub.Caches;

/// <summary>
/// A hub's list of files, kept beside them: without it nobody could tell, with the hub out of reach, whether all parts of a data set are there.
/// </summary>
internal static class ListingFile
{
    private const int MaxBytes = 64 << 20;

    public static void Write(string path, IEnumerable<HubFile> files)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(files);
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(json)) return;
        DurableFiles.CreateFolder(Path.GetDirectoryName(path)!);
        DurableFiles.Write(path, stream => stream.Write(json));
    }

    /// <summary>The list; null when there is none that can be used.</summary>
    public static List<HubFile>? Read(string path)
    {
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length > MaxBytes) return null;
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<List<HubFile>>(stream)?.FindAll(f => f.IsSound);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
