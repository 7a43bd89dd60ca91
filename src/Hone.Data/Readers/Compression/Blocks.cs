using System.IO.Compression;
using Hone.Data.Readers.Compression.Zstd;

namespace Hone.Data.Readers.Compression;

/// <summary>How a block within a file is compressed.</summary>
internal enum BlockCodec
{
    Snappy,
    Gzip,
    Brotli,
    Zstd,
    Lz4Block,
    Lz4Hadoop,
    Lz4Frame,
}

/// <summary>Decompresses blocks whose length is told beforehand, without believing it before the bytes are there.</summary>
internal static class Blocks
{
    /// <summary>Most bytes that one compressed byte of snappy and LZ4 can become; a larger claim is a lie.</summary>
    private const long MostPerByte = 256;

    /// <summary>Decompresses a block.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or does not give the length that was told.</exception>
    public static byte[] Decompress(BlockCodec codec, ReadOnlyMemory<byte> source, int length)
    {
        if (length == 0 && source.IsEmpty) return [];
        switch (codec)
        {
            case BlockCodec.Gzip:
                return Drain(new GZipStream(StreamOf(source), CompressionMode.Decompress), length);
            case BlockCodec.Brotli:
                return DrainBrotli(source, length);
            case BlockCodec.Zstd:
                return Drain(new ZstdStream(StreamOf(source)), length);
        }

        if (length > (source.Length * MostPerByte) + MostPerByte) throw WrongLength();
        var target = new byte[length];
        switch (codec)
        {
            case BlockCodec.Snappy:
                Snappy.Decompress(source.Span, target);
                break;
            case BlockCodec.Lz4Block:
                if (Lz4.DecompressBlock(source.Span, target) != length) throw WrongLength();
                break;
            case BlockCodec.Lz4Hadoop:
                Lz4.DecompressHadoop(source.Span, target);
                break;
            default:
                Lz4.DecompressFrames(source.Span, target);
                break;
        }

        return target;
    }

    private static byte[] DrainBrotli(ReadOnlyMemory<byte> source, int length)
    {
        try
        {
            return Drain(new BrotliStream(StreamOf(source), CompressionMode.Decompress), length);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException("the brotli data is damaged", e);
        }
    }

    private static byte[] Drain(Stream stream, int length)
    {
        using (stream)
        {
            var result = new byte[Math.Min(length, 1 << 16)];
            for (var filled = 0; ;)
            {
                if (filled == result.Length && filled < length) Array.Resize(ref result, (int)Math.Min(length, 2L * filled));
                var read = filled < length ? stream.Read(result, filled, result.Length - filled) : 0;
                filled += read;
                if (read > 0) continue;
                return filled == length && stream.ReadByte() < 0 ? result : throw WrongLength();
            }
        }
    }

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> source) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(source, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(source.ToArray());

    private static InvalidDataException WrongLength() => new("compressed data gives another length than the file says");
}
