using Hone.Data.Readers.Compression;
using Microsoft.Win32.SafeHandles;

namespace Hone.Data.Readers.Parquet;

/// <summary>Reads the pages of a column chunk in order.</summary>
internal sealed class PageReader
{
    private const int FirstWindow = 1 << 12;
    private const int MaxHeader = 1 << 24;
    private const int MaxPage = 1 << 30;

    private readonly SafeFileHandle file;
    private readonly int codec;
    private readonly long end;
    private long position;

    /// <param name="file">The file.</param>
    /// <param name="dataEnd">Where its description begins: no page reaches so far.</param>
    /// <param name="chunk">Where the pages stand.</param>
    public PageReader(SafeFileHandle file, long dataEnd, ColumnChunk chunk)
    {
        (this.file, codec) = (file, chunk.Codec);
        if (chunk.Start < 4 || chunk.Length < 0 || chunk.Start > dataEnd || chunk.Length > dataEnd - chunk.Start)
            throw new InvalidDataException("a column stands outside of the file");
        (position, end) = (chunk.Start, chunk.Start + chunk.Length);
    }

    /// <summary>The next page as it stands in the file; false behind the last.</summary>
    public bool Next(out PageHeader header, out byte[] content)
    {
        (header, content) = (default, []);
        if (position == end) return false;
        header = ReadHeader();
        if (header.Length < 0 || header.PlainLength is < 0 or > MaxPage || header.Length > end - position) throw new InvalidDataException("a page is longer than its column, or has no length");
        content = new byte[header.Length];
        ReadAt(content, position);
        position += content.Length;
        if (header.Checksum is { } sum && (uint)sum != Crc32.Of(content)) throw new InvalidDataException("the checksum of a page is wrong");
        return true;
    }

    /// <summary>Decompresses the part of a page that is compressed.</summary>
    public ReadOnlyMemory<byte> Decompress(ReadOnlyMemory<byte> content, int plainLength) => codec switch
    {
        0 => content,
        1 => Blocks.Decompress(BlockCodec.Snappy, content, plainLength),
        2 => Blocks.Decompress(BlockCodec.Gzip, content, plainLength),
        4 => Blocks.Decompress(BlockCodec.Brotli, content, plainLength),
        5 => Blocks.Decompress(BlockCodec.Lz4Hadoop, content, plainLength),
        6 => Blocks.Decompress(BlockCodec.Zstd, content, plainLength),
        7 => Blocks.Decompress(BlockCodec.Lz4Block, content, plainLength),
        _ => throw new NotSupportedException("its pages are compressed with " + (codec == 3 ? "LZO" : $"the unknown method {codec}")),
    };

    /// <summary>Headers say no length of their own: a window is tried, and a larger one if it was too small.</summary>
    private PageHeader ReadHeader()
    {
        for (long size = FirstWindow; ; size *= 4)
        {
            var window = new byte[Math.Min(size, end - position)];
            ReadAt(window, position);
            try
            {
                var header = PageHeader.Parse(window, out var used);
                position += used;
                return header;
            }
            catch (TruncatedException)
            {
                if (window.Length < size || size >= MaxHeader) throw new InvalidDataException("the head of a page is cut off or too long");
            }
        }
    }

    private void ReadAt(Span<byte> target, long offset)
    {
        while (!target.IsEmpty)
        {
            var read = RandomAccess.Read(file, target, offset);
            if (read == 0) throw new InvalidDataException("the file is cut off");
            target = target[read..];
            offset += read;
        }
    }
}
