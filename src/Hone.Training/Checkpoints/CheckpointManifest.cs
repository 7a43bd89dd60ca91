using System.Security.Cryptography;
using System.Text.Json;

namespace Hone.Training.Checkpoints;

/// <summary>
/// <c>hone_manifest.json</c>: size and SHA-256 of every other file of a checkpoint. It is written last, so a folder that has one
/// is complete.
/// </summary>
internal static class CheckpointManifest
{
    public const string FileName = "hone_manifest.json";

    private const long MaxManifestBytes = 16 << 20;

    /// <summary>Forces every file of a folder to disk and writes the manifest.</summary>
    public static void Seal(string folder)
    {
        var files = new SortedDictionary<string, Entry>(StringComparer.Ordinal);
        foreach (var path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            DurableFiles.Sync(path);
            files.Add(Path.GetRelativePath(folder, path).Replace('\\', '/'), Describe(path));
        }

        DurableFiles.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, files, CheckpointJson.Options));
    }

    /// <summary>What is wrong with a checkpoint, in one sentence; null when every file is as it was written.</summary>
    public static string? FindDamage(string folder)
    {
        var manifest = Path.Combine(folder, FileName);
        if (!File.Exists(manifest)) return $"it has no {FileName}: it is not complete, or another program wrote it";
        try
        {
            if (FileLength.Of(manifest) > MaxManifestBytes) return $"{FileName} is too large";
            var files = JsonSerializer.Deserialize<SortedDictionary<string, Entry>>(File.ReadAllBytes(manifest), CheckpointJson.Options);
            if (files is null) return $"{FileName} is empty";
            foreach (var (name, entry) in files)
            {
                if (FindDamage(folder, name, entry) is { } damage) return damage;
            }

            return null;
        }
        catch (JsonException)
        {
            return $"{FileName} is not valid JSON";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private static string? FindDamage(string folder, string name, Entry expected)
    {
        if (expected is null || Path.IsPathRooted(name) || name.Split('/').Contains("..")) return $"{FileName} names '{name}'";
        var path = Path.Combine(folder, name);
        if (!File.Exists(path)) return $"{name} is missing";
        var size = FileLength.Of(path);
        if (size != expected.Size) return $"{name} has {size:N0} bytes, not {expected.Size:N0}";
        return Describe(path).Sha256 == expected.Sha256 ? null : $"{name} does not match its checksum";
    }

    private static Entry Describe(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        return new Entry(stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    private sealed record Entry(long Size, string Sha256);
}
