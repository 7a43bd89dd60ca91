namespace Hone.Data.Readers.Parquet.Values;

/// <summary>Small integers as runs of one value and bit-packed groups in turn (Encodings.md, RLE); levels and dictionary indices.</summary>
internal sealed class HybridReader
{
    private readonly ReadOnlyMemory<byte> data;
    private readonly int width;
    private int position;
    private long left;
    private bool isPacked;
    private int value;
    private long bit;

    /// <param name="data">The runs without a length before them.</param>
    /// <param name="width">Bits of a value, 0 to 32.</param>
    public HybridReader(ReadOnlyMemory<byte> data, int width)
    {
        if (width is < 0 or > 32) throw new InvalidDataException("a page has values of more than 32 bits");
        (this.data, this.width) = (data, width);
    }

    /// <summary>The next value, as bits.</summary>
    public int Next()
    {
        while (left == 0) NextRun();
        left--;
        if (!isPacked) return value;
        var result = (int)BitReader.Read(data.Span, bit, width);
        bit += width;
        return result;
    }

    private void NextRun()
    {
        var head = BitReader.Varint(data.Span, ref position);
        isPacked = (head & 1) != 0;
        left = (long)(head >> 1) * (isPacked ? 8 : 1);
        if (left is < 0 or > 1L << 40) throw BitReader.TooShort();
        var bytes = (width + 7) / 8;
        if (isPacked)
        {
            // The last group may be cut off behind the last value; reading beyond it is an error there.
            bit = position * 8L;
            position = (int)Math.Min(data.Length, position + ((left >> 3) * width));
            return;
        }

        value = (int)BitReader.Read(data.Span, position * 8L, 8 * bytes);
        position += bytes;
    }
}
