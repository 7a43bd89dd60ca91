using System.Buffers.Binary;

namespace Hone.Data.Readers.Parquet.Values;

/// <summary>Values as they are, one behind the other (parquet-format, Encodings.md, PLAIN).</summary>
internal sealed class PlainReader(PhysicalType type, int length, ReadOnlyMemory<byte> data) : ValueReader
{
    private ReadOnlyMemory<byte> rest = data;
    private byte bits;
    private int bit = 8;

    public bool IsAtEnd => rest.IsEmpty;

    public override void Next()
    {
        switch (type)
        {
            case PhysicalType.Boolean:
                NextBit();
                break;
            case PhysicalType.Int32 or PhysicalType.Single:
                Number = BinaryPrimitives.ReadInt32LittleEndian(Take(4).Span);
                break;
            case PhysicalType.Int64 or PhysicalType.Double:
                Number = BinaryPrimitives.ReadInt64LittleEndian(Take(8).Span);
                break;
            case PhysicalType.Int96:
                Bytes = Take(12);
                break;
            case PhysicalType.FixedBytes:
                Bytes = Take(length);
                break;
            default:
                Bytes = Take(BinaryPrimitives.ReadInt32LittleEndian(Take(4).Span));
                break;
        }
    }

    private void NextBit()
    {
        if (bit == 8)
        {
            bits = Take(1).Span[0];
            bit = 0;
        }

        Number = (bits >> bit++) & 1;
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        if ((uint)count > (uint)rest.Length) throw TooFew();
        var result = rest[..count];
        rest = rest[count..];
        return result;
    }
}
