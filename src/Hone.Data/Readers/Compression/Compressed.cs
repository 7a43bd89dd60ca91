using Hone.Data.Readers.Compression.Zstd;

namespace Hone.Data.Readers.Compression;

/// <summary>Files that are compressed as a whole; known by how they begin.</summary>
internal static class Compressed
{
    /// <summary>The content decompressed, or null when it is not compressed.</summary>
    public static Stream? Open(PeekedStream content)
    {
        if (content.Head.StartsWith<byte>([0x1F, 0x8B])) return new WholeGzipStream(content);
        return content.Head.StartsWith<byte>([0x28, 0xB5, 0x2F, 0xFD]) ? new ZstdStream(content) : null;
    }
}
