using System.Buffers.Binary;

namespace Hone.Data.Readers.Compression;

/// <summary>LZ4 blocks and frames (lz4/lz4, doc/lz4_Block_format.md and lz4_Frame_format.md), and Hadoop's framing of blocks.</summary>
internal static class Lz4
{
    private const uint FrameMagic = 0x184D2204;

    /// <summary>Decompresses one block; returns the number of bytes it gives.</summary>
    /// <param name="source">The block.</param>
    /// <param name="target">Room for the content; <paramref name="written"/> bytes of it stand already and may be copied from.</param>
    /// <exception cref="InvalidDataException">The block is damaged, or gives more than there is room for.</exception>
    public static int DecompressBlock(ReadOnlySpan<byte> source, Span<byte> target, int written = 0)
    {
        var begin = written;
        while (!source.IsEmpty)
        {
            var token = source[0];
            source = source[1..];
            var literals = Length(token >> 4, ref source);
            if (literals > source.Length || literals > target.Length - written) throw Damaged();
            source[..literals].CopyTo(target[written..]);
            source = source[literals..];
            written += literals;

            // The last sequence has literals only.
            if (source.IsEmpty) return written - begin;
            if (source.Length < 2) throw Damaged();
            var offset = BinaryPrimitives.ReadUInt16LittleEndian(source);
            source = source[2..];
            var length = Length(token & 15, ref source) + 4;
            Matches.Copy(target, written, offset, length);
            written += length;
        }

        throw Damaged();
    }

    /// <summary>
    /// What parquet files of older writers call LZ4: blocks with two big-endian lengths before each, as Hadoop writes them; or,
    /// from some, a plain block.
    /// </summary>
    public static void DecompressHadoop(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (TryHadoop(source, target)) return;
        if (DecompressBlock(source, target) != target.Length) throw Damaged();
    }

    /// <summary>Decompresses frames that follow each other; checksums are skipped.</summary>
    public static void DecompressFrames(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var written = 0;
        while (!source.IsEmpty) written = Frame(ref source, target, written);
        if (written != target.Length) throw Damaged();
    }

    private static bool TryHadoop(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var written = 0;
        while (source.Length >= 8)
        {
            var plain = BinaryPrimitives.ReadUInt32BigEndian(source);
            var packed = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
            source = source[8..];
            if (packed > (uint)source.Length || plain > (uint)(target.Length - written)) return false;
            try
            {
                if (DecompressBlock(source[..(int)packed], target.Slice(written, (int)plain)) != (int)plain) return false;
            }
            catch (InvalidDataException)
            {
                return false;
            }

            source = source[(int)packed..];
            written += (int)plain;
        }

        return source.IsEmpty && written == target.Length;
    }

    private static int Frame(ref ReadOnlySpan<byte> source, Span<byte> target, int written)
    {
        if (source.Length < 7 || BinaryPrimitives.ReadUInt32LittleEndian(source) != FrameMagic) throw Damaged();
        var flags = source[4];
        if (flags >> 6 != 1) throw Damaged();
        var (isIndependent, hasBlockSums, hasSize, hasSum, hasDictionary) = ((flags & 32) != 0, (flags & 16) != 0, (flags & 8) != 0, (flags & 4) != 0, (flags & 1) != 0);
        if (hasDictionary) throw new NotSupportedException("it is compressed with an LZ4 dictionary");
        Skip(ref source, 7 + (hasSize ? 8 : 0));
        var begin = written;
        while (true)
        {
            if (source.Length < 4) throw Damaged();
            var size = BinaryPrimitives.ReadUInt32LittleEndian(source);
            source = source[4..];
            if (size == 0) break;
            var length = (int)(size & 0x7FFFFFFF);
            if (length > source.Length) throw Damaged();
            var block = source[..length];
            if (size >> 31 == 0)
            {
                // Copies may reach into earlier blocks of the frame, but not of earlier frames.
                var from = isIndependent ? written : begin;
                written += DecompressBlock(block, target[from..], written - from);
            }
            else
            {
                if (length > target.Length - written) throw Damaged();
                block.CopyTo(target[written..]);
                written += length;
            }

            Skip(ref source, length + (hasBlockSums ? 4 : 0));
        }

        Skip(ref source, hasSum ? 4 : 0);
        return written;
    }

    private static void Skip(ref ReadOnlySpan<byte> source, int bytes) => source = bytes <= source.Length ? source[bytes..] : throw Damaged();

    private static int Length(int nibble, ref ReadOnlySpan<byte> source)
    {
        if (nibble < 15) return nibble;
        var result = 15;
        while (true)
        {
            if (source.IsEmpty || result > 1 << 30) throw Damaged();
            var part = source[0];
            source = source[1..];
            result += part;
            if (part < 255) return result;
        }
    }

    private static InvalidDataException Damaged() => new("the LZ4 data is damaged");
}
