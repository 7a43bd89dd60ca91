namespace Hone.Data.Readers.Parquet.Values;

/// <summary>Integers as differences in blocks of miniblocks, each with its own width (Encodings.md, DELTA_BINARY_PACKED).</summary>
internal sealed class DeltaReader : ValueReader
{
    private readonly ReadOnlyMemory<byte> data;
    private readonly bool isInt32;
    private readonly int miniblocks;
    private readonly int perMiniblock;
    private readonly ulong count;
    private ulong given;
    private long next;
    private long minDelta;
    private int position;
    private int widths;
    private int miniblock;
    private int leftInMiniblock;
    private int width;
    private long bit;

    /// <param name="data">The blocks with their header, and perhaps something behind them.</param>
    /// <param name="isInt32">Whether sums wrap around at 32 bits.</param>
    public DeltaReader(ReadOnlyMemory<byte> data, bool isInt32)
    {
        (this.data, this.isInt32) = (data, isInt32);
        var blockSize = BitReader.Varint(data.Span, ref position);
        var perBlock = BitReader.Varint(data.Span, ref position);
        if (blockSize is 0 or > 1 << 24 || perBlock is 0 or > 1 << 12 || blockSize % (perBlock * 8) != 0) throw new InvalidDataException("a page has delta blocks of an impossible size");
        (miniblocks, perMiniblock) = ((int)perBlock, (int)(blockSize / perBlock));
        count = BitReader.Varint(data.Span, ref position);
        next = BitReader.ZigZag(data.Span, ref position);
        miniblock = miniblocks;
    }

    public override void Next()
    {
        if (given == count) throw TooFew();
        if (given > 0) next += Delta();
        given++;
        Number = isInt32 ? (int)next : next;
    }

    /// <summary>Reads all values and returns what stands behind them. The sum of all must not leave the page.</summary>
    public ReadOnlyMemory<byte> SkipAll()
    {
        for (var left = count == 0 ? 0 : count - 1; left > 0;)
        {
            NextMiniblock();
            left -= Math.Min(left, (ulong)perMiniblock);
        }

        return data[position..];
    }

    private long Delta()
    {
        if (leftInMiniblock == 0) NextMiniblock();
        leftInMiniblock--;
        var delta = minDelta + (long)BitReader.Read(data.Span, bit, width);
        bit += width;
        return delta;
    }

    private void NextMiniblock()
    {
        if (miniblock == miniblocks)
        {
            minDelta = BitReader.ZigZag(data.Span, ref position);
            if (data.Length - position < miniblocks) throw TooFew();
            widths = position;
            position += miniblocks;
            miniblock = 0;
        }

        width = data.Span[widths + miniblock++];
        if (width > 64) throw new InvalidDataException("a page has values of more than 64 bits");
        bit = position * 8L;
        leftInMiniblock = perMiniblock;
        var bytes = (long)width * perMiniblock / 8;
        if (bytes > data.Length - position) throw TooFew();
        position += (int)bytes;
    }
}

/// <summary>Texts as all their lengths, then all their bytes (Encodings.md, DELTA_LENGTH_BYTE_ARRAY).</summary>
internal sealed class DeltaLengthReader : ValueReader
{
    private readonly DeltaReader lengths;
    private ReadOnlyMemory<byte> rest;

    public DeltaLengthReader(ReadOnlyMemory<byte> data)
    {
        lengths = new DeltaReader(data, isInt32: true);
        rest = new DeltaReader(data, isInt32: true).SkipAll();
    }

    public override void Next()
    {
        lengths.Next();
        if ((ulong)lengths.Number > (ulong)rest.Length) throw TooFew();
        Bytes = rest[..(int)lengths.Number];
        rest = rest[(int)lengths.Number..];
    }
}

/// <summary>Texts as how much of the one before they begin with, and what follows (Encodings.md, DELTA_BYTE_ARRAY).</summary>
internal sealed class DeltaTextReader : ValueReader
{
    private readonly DeltaReader prefixes;
    private readonly DeltaLengthReader suffixes;
    private byte[] text = [];
    private int length;

    public DeltaTextReader(ReadOnlyMemory<byte> data)
    {
        prefixes = new DeltaReader(data, isInt32: true);
        suffixes = new DeltaLengthReader(new DeltaReader(data, isInt32: true).SkipAll());
    }

    public override void Next()
    {
        prefixes.Next();
        suffixes.Next();
        if ((ulong)prefixes.Number > (ulong)length) throw TooFew();
        var total = prefixes.Number + suffixes.Bytes.Length;
        if (total > JsonRow.MaxBytes) throw new InvalidDataException($"a text is longer than {JsonRow.MaxBytes >> 20} MiB");
        if (total > text.Length) Array.Resize(ref text, (int)Math.Max(total, 2L * text.Length));
        suffixes.Bytes.Span.CopyTo(text.AsSpan((int)prefixes.Number));
        length = (int)total;
        Bytes = text.AsMemory(0, length);
    }
}

/// <summary>Numbers with their first bytes together, then their second bytes, and so on (Encodings.md, BYTE_STREAM_SPLIT).</summary>
internal sealed class SplitReader(PhysicalType type, int length, ReadOnlyMemory<byte> data) : ValueReader
{
    private readonly int size = type switch
    {
        PhysicalType.Int32 or PhysicalType.Single => 4,
        PhysicalType.Int64 or PhysicalType.Double => 8,
        PhysicalType.FixedBytes => length,
        _ => throw new InvalidDataException("a page of bytes is split into streams"),
    };

    private int index;

    public override void Next()
    {
        var count = data.Length / size;
        if (index >= count) throw TooFew();
        var value = new byte[Math.Max(size, 8)];
        for (var i = 0; i < size; i++) value[i] = data.Span[(i * count) + index];
        index++;
        Bytes = value.AsMemory(0, size);
        Number = size == 4 ? BitConverter.ToInt32(value) : BitConverter.ToInt64(value);
    }
}

/// <summary>True and false as runs (RLE as an encoding of values).</summary>
internal sealed class BooleanRunReader(ReadOnlyMemory<byte> data) : ValueReader
{
    private readonly HybridReader runs = new(data, 1);

    public override void Next() => Number = runs.Next();
}
