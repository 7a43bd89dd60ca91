namespace Hone.Data.Storage;

/// <summary>Sizes and dates of files at one time, by which is seen whether they were written since.</summary>
internal sealed class FileStamps
{
    private readonly List<(string Path, long Length, DateTime Written)> stamps;

    private FileStamps(List<(string Path, long Length, DateTime Written)> stamps) => this.stamps = stamps;

    /// <summary>Bytes of all files.</summary>
    public long Bytes => stamps.Sum(s => s.Length);

    /// <summary>The stamps of files as they are now.</summary>
    public static FileStamps Of(IReadOnlyList<string> files) => new([.. files.Select(Of)]);

    /// <summary>Whether all are as they were.</summary>
    public bool AreUnchanged() => stamps.TrueForAll(s => Of(s.Path) == s);

    private static (string Path, long Length, DateTime Written) Of(string path) =>
        new FileInfo(path) is { Exists: true } info ? (path, info.Length, info.LastWriteTimeUtc) : (path, 0, default);
}
