using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Hone.Hub;

/// <summary>A file as a hub lists it.</summary>
/// <param name="Path">Path in the repository, with slashes; safe to use below a folder.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Checksum of the content in hexadecimal; null where the hub has none.</param>
/// <param name="GitId">Git's name of the content, a SHA-1; null where the hub has none.</param>
internal sealed record HubFile(string Path, long Size, string? Sha256, string? GitId)
{
    /// <summary>Files of a repository; more than any has, and few enough to hold.</summary>
    public const int MaxFiles = 500_000;

    /// <summary>Bytes of a file; more than any has, and few enough that those of all files can be summed.</summary>
    public const long MaxSize = 1L << 43;

    private const int MaxPathLength = 1000;
    private const int BufferBytes = 1 << 17;

    /// <summary>Whether path, size and checksums are such as can be used.</summary>
    [JsonIgnore]
    public bool IsSound => Path is not null && IsSafe(Path) && Size is >= 0 and <= MaxSize && (Sha256 is null || IsHash(Sha256, 32)) && (GitId is null || IsHash(GitId, 20));

    /// <summary>Whether the hub has a checksum of it.</summary>
    [JsonIgnore]
    public bool HasChecksum => Sha256 is not null || GitId is not null;

    /// <summary>Whether a file has the content that the hub lists, as far as its checksum tells; without one it has.</summary>
    public bool IsContentOf(string path, CancellationToken cancellation = default)
    {
        if (!HasChecksum) return true;
        using var hash = IncrementalHash.CreateHash(Sha256 is null ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);

        // Git's name of a content is the SHA-1 of a header and the content.
        if (Sha256 is null) hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {Size}\0")));
        using var stream = File.OpenRead(path);
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == (Sha256 ?? GitId);
    }

    /// <summary>Whether a path from a server stays below the folder that it is put into, on every system.</summary>
    public static bool IsSafe(string path) => path.Length is > 0 and <= MaxPathLength
        && !path.Any(c => char.IsControl(c) || c is '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|')
        && path.Split('/').All(part => part.Length > 0 && part.Trim('.', ' ').Length > 0);

    /// <summary>Whether a text is a checksum of so many bytes.</summary>
    public static bool IsHash(string? text, int bytes) => text is not null && text.Length == 2 * bytes && text.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));
}

/// <summary>What a repository holds at one commit.</summary>
/// <param name="Commit">The commit; null where the hub does not tell it.</param>
/// <param name="Files">Its files.</param>
internal sealed record HubListing(string? Commit, IReadOnlyList<HubFile> Files);

/// <summary>How far a download is.</summary>
/// <param name="Repository">Id of the model or data set.</param>
/// <param name="File">The file that is being fetched.</param>
/// <param name="Done">Bytes of all files that are there.</param>
/// <param name="Total">Bytes of all files.</param>
public readonly record struct DownloadProgress(string Repository, string File, long Done, long Total);
