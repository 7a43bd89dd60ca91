using System.Buffers.Binary;

namespace Hone.Data.Readers.Compression.Zstd;

/// <summary>
/// Decompresses Zstandard frames (RFC 8878) as they are read. The platform has no decoder of its own. Memory grows with what a
/// frame gives and stays below its window; checksums of the content are checked.
/// </summary>
internal sealed class ZstdStream : ReadOnlyStream
{
    private const uint Magic = 0xFD2FB528;
    private const int FirstCapacity = 2 * ZstdBlock.MaxBytes;

    /// <summary>The largest window that decoders allow unless told otherwise (a format with more needs <c>--long</c>).</summary>
    private const long MaxWindow = 128L << 20;

    private readonly Stream source;
    private readonly ZstdBlock block = new();
    private readonly XxHash64 hash = new();
    private readonly byte[] packed = new byte[ZstdBlock.MaxBytes];
    private byte[] window = new byte[FirstCapacity];
    private long windowSize;
    private int written;
    private int delivered;
    private ulong? announced;
    private ulong given;
    private bool isInFrame;
    private bool hasChecksum;
    private bool ended;

    /// <summary>Wraps a stream of frames.</summary>
    public ZstdStream(Stream source) => this.source = source;

    /// <exception cref="InvalidDataException">The data is damaged, or its end is missing.</exception>
    /// <exception cref="NotSupportedException">It needs a dictionary, or a larger window than allowed.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (delivered == written && !ended)
        {
            if (!isInFrame) BeginFrame();
            else DecodeBlock();
        }

        var count = Math.Min(buffer.Length, written - delivered);
        window.AsSpan(delivered, count).CopyTo(buffer);
        delivered += count;
        return count;
    }

    private void BeginFrame()
    {
        Span<byte> header = stackalloc byte[8];
        if (source.ReadAtLeast(header[..4], 4, throwOnEndOfStream: false) is var read && read < 4)
        {
            ended = read == 0 ? true : throw CutOff();
            return;
        }

        var magic = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (magic >> 4 == 0x184D2A5)
        {
            Skip(Number(4));
            return;
        }

        if (magic != Magic) throw new InvalidDataException("the zstd data is damaged: no frame where one must begin");
        var descriptor = (int)Number(1);
        if ((descriptor & 8) != 0) throw new InvalidDataException("the zstd data is damaged: wrong frame header");
        var isSingle = (descriptor & 32) != 0;
        var windowByte = isSingle ? 0 : (int)Number(1);
        if (Number((descriptor & 3) switch { 3 => 4, var n => n }) != 0) throw new NotSupportedException("it is compressed with a zstd dictionary");
        var sizeBytes = (descriptor >> 6) switch { 0 => isSingle ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        var contentSize = Number(sizeBytes) + (sizeBytes == 2 ? 256u : 0);
        var windowBase = 1L << (10 + (windowByte >> 3));
        var size = isSingle ? contentSize : (ulong)(windowBase + (windowBase / 8 * (windowByte & 7)));

        // A frame of one piece says its size for a window, whatever that is; the content never goes farther back.
        if (!isSingle && size > MaxWindow) throw new NotSupportedException($"it needs a zstd window of {size >> 20} MiB, more than {MaxWindow >> 20}");
        windowSize = (long)Math.Min(size, MaxWindow);
        (announced, given) = (sizeBytes > 0 ? contentSize : null, 0);
        hasChecksum = (descriptor & 4) != 0;
        isInFrame = true;
        (written, delivered) = (0, 0);
        block.Reset();
        hash.Reset();
    }

    private void DecodeBlock()
    {
        MakeRoom();
        var header = (int)Number(3);
        var (isLast, type, size) = ((header & 1) != 0, (header >> 1) & 3, header >> 3);
        if (type == 3 || size > ZstdBlock.MaxBytes) throw new InvalidDataException("the zstd data is damaged: wrong block header");
        var before = written;
        if (type == 1)
        {
            window.AsSpan(written, size).Fill((byte)Number(1));
            written += size;
        }
        else
        {
            var content = type == 0 ? window.AsSpan(written, size) : packed.AsSpan(0, size);
            if (source.ReadAtLeast(content, size, throwOnEndOfStream: false) < size) throw CutOff();
            written = type == 0 ? written + size : block.Decode(content, window, written);
        }

        given += (ulong)(written - before);
        if (hasChecksum) hash.Add(window.AsSpan(before, written - before));
        if (!isLast) return;
        isInFrame = false;
        if (announced is { } length && length != given) throw new InvalidDataException("the zstd data is damaged: it gives another length than it says");
        if (hasChecksum && (uint)Number(4) != (uint)hash.Value) throw new InvalidDataException("the zstd data is damaged: its checksum is wrong");
    }

    /// <summary>Makes room for a block behind what is written; all of that is delivered, and as much as the window is kept.</summary>
    private void MakeRoom()
    {
        if (window.Length - written >= ZstdBlock.MaxBytes) return;
        if (written < windowSize + ZstdBlock.MaxBytes)
        {
            Array.Resize(ref window, (int)Math.Min(2L * window.Length, windowSize + (windowSize / 4) + (3L * ZstdBlock.MaxBytes)));
            return;
        }

        var kept = (int)windowSize;
        window.AsSpan(written - kept, kept).CopyTo(window);
        (written, delivered) = (kept, kept);
    }

    private ulong Number(int bytes)
    {
        Span<byte> buffer = stackalloc byte[8];
        buffer.Clear();
        if (source.ReadAtLeast(buffer[..bytes], bytes, throwOnEndOfStream: false) < bytes) throw CutOff();
        return BinaryPrimitives.ReadUInt64LittleEndian(buffer);
    }

    private void Skip(ulong count)
    {
        while (count > 0)
        {
            var read = source.Read(packed, 0, (int)Math.Min(count, (ulong)packed.Length));
            if (read == 0) throw CutOff();
            count -= (ulong)read;
        }
    }

    private static InvalidDataException CutOff() => new("the zstd data is cut off");
}
