using System.Text;
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

    /// <summary>The same text as UTF-8: Windows' tools write UTF-16, and mark it at the beginning.</summary>
    public DataSource AsUtf8()
    {
        var isBigEndian = Content.Head.StartsWith<byte>([0xFE, 0xFF]);
        if (!isBigEndian && !Content.Head.StartsWith<byte>([0xFF, 0xFE])) return this;
        var utf8 = Encoding.CreateTranscodingStream(Content, new UnicodeEncoding(isBigEndian, byteOrderMark: true, throwOnInvalidBytes: true), Encoding.UTF8, leaveOpen: true);
        return new DataSource(Path, plain, new PeekedStream(utf8), null);
    }

    /// <inheritdoc/>
    public void Dispose() => plain?.Dispose();
}
