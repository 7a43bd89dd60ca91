using System.Buffers.Binary;
using Hone.Data.Readers.Compression;

namespace Hone.Data.Readers.Arrow;

/// <summary>Hands out the lengths and buffers of a batch in the order of its fields (arrow/format/Message.fbs, <c>RecordBatch</c>).</summary>
internal sealed class ArrowBuffers
{
    private const int PairBytes = 16;
    private const int MaxBuffer = 1 << 30;

    private readonly FlatTable batch;
    private readonly ReadOnlyMemory<byte> body;
    private readonly BlockCodec? codec;
    private readonly (int Start, int Count) nodes;
    private readonly (int Start, int Count) buffers;
    private int node;
    private int buffer;

    /// <param name="batch">The batch's description.</param>
    /// <param name="body">Its bytes.</param>
    public ArrowBuffers(FlatTable batch, ReadOnlyMemory<byte> body)
    {
        (this.batch, this.body) = (batch, body);
        nodes = batch.Vector(1, PairBytes);
        buffers = batch.Vector(2, PairBytes);
        Rows = Count(batch.Int64(0));
        if (!batch.Has(3)) return;
        codec = batch.Table(3).Byte(0) switch
        {
            0 => BlockCodec.Lz4Frame,
            1 => BlockCodec.Zstd,
            var other => throw new NotSupportedException($"its buffers are compressed with the unknown method {other}"),
        };
    }

    /// <summary>Rows of the batch.</summary>
    public int Rows { get; }

    /// <summary>The number of values of the next field.</summary>
    public int NextLength()
    {
        if (node == nodes.Count) throw new InvalidDataException("a batch has fewer columns than the schema");
        return Count(batch.Int64At(nodes.Start + ((long)PairBytes * node++)));
    }

    /// <summary>The next buffer, decompressed.</summary>
    public ReadOnlyMemory<byte> NextBuffer()
    {
        if (buffer == buffers.Count) throw new InvalidDataException("a batch has fewer buffers than the schema asks for");
        var at = buffers.Start + ((long)PairBytes * buffer++);
        var (offset, length) = (batch.Int64At(at), batch.Int64At(at + 8));
        if (offset < 0 || length < 0 || length > body.Length || offset > body.Length - length) throw new InvalidDataException("a buffer lies outside of its batch");
        var bytes = body.Slice((int)offset, (int)length);
        return codec is { } method && length > 0 ? Decompress(method, bytes) : bytes;
    }

    private static ReadOnlyMemory<byte> Decompress(BlockCodec method, ReadOnlyMemory<byte> bytes)
    {
        var plain = bytes.Length < 8 ? -2 : BinaryPrimitives.ReadInt64LittleEndian(bytes.Span);
        if (plain == -1) return bytes[8..];
        if (plain is < 0 or > MaxBuffer) throw new InvalidDataException("a compressed buffer has an impossible length");
        return Blocks.Decompress(method, bytes[8..], (int)plain);
    }

    private static int Count(long count) => count is >= 0 and <= int.MaxValue ? (int)count
        : throw new InvalidDataException($"a batch says it has {count} values");
}
