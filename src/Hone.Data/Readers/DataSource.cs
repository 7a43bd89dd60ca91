using Hone.Data.Readers.Compression;

namespace Hone.Data.Readers;

/// <summary>A data file that is open, with what tells its format.</summary>
internal sealed class DataSource : IDisposable
{
    private readonly Stream? plain;

    private DataSource(string path, Stream? plain, PeekedStream content, FileStream? file)
    {
        (Path, this.plain, Content, File) = (path, plain, content, file);
        var name = plain is null ? path : System.IO.Path.GetFileNameWithoutExtension(path);
        Extension = System.IO.Path.GetExtension(name).ToLowerInvariant();
    }

    /// <summary>The file as the user named it.</summary>
    public string Path { get; }

    /// <summary>How the name ends, without <c>.gz</c> or <c>.zst</c> of a compressed file: lower case, with the dot.</summary>
    public string Extension { get; }

    /// <summary>The content from its beginning, decompressed.</summary>
    public PeekedStream Content { get; }

    /// <summary>The file itself, for formats that are read from the end; null where that can't be done.</summary>
    public FileStream? File { get; }

    /// <summary>Looks at the beginning of a file.</summary>
    public static DataSource Of(string path, FileStream file)
    {
        var content = new PeekedStream(file);
        return Compressed.Open(content) is { } plain
            ? new DataSource(path, plain, new PeekedStream(plain), null)
            : new DataSource(path, null, content, file.CanSeek ? file : null);
    }

    /// <inheritdoc/>
    public void Dispose() => plain?.Dispose();
}
