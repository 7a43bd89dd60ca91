namespace Hone.Data.Readers.Parquet.Values;

/// <summary>The distinct values of a column chunk, from its dictionary page.</summary>
internal sealed class ValueDictionary
{
    private readonly long[] numbers;
    private readonly ReadOnlyMemory<byte>[] texts;

    /// <param name="type">How the values lie.</param>
    /// <param name="length">Bytes of a fixed value.</param>
    /// <param name="data">The page.</param>
    /// <param name="count">Values that it says it holds.</param>
    public ValueDictionary(PhysicalType type, int length, ReadOnlyMemory<byte> data, int count)
    {
        var smallest = type switch
        {
            PhysicalType.Boolean => throw new InvalidDataException("a column of true and false has a dictionary"),
            PhysicalType.Int32 or PhysicalType.Single or PhysicalType.ByteArray => 4,
            PhysicalType.Int96 => 12,
            PhysicalType.FixedBytes => length,
            _ => 8,
        };
        if (count < 0 || (long)count * smallest > data.Length) throw BitReader.TooShort();
        var isBytes = type is PhysicalType.Int96 or PhysicalType.ByteArray or PhysicalType.FixedBytes;
        numbers = new long[isBytes ? 0 : count];
        texts = new ReadOnlyMemory<byte>[isBytes ? count : 0];
        var values = new PlainReader(type, length, data);
        for (var i = 0; i < count; i++)
        {
            values.Next();
            if (isBytes) texts[i] = values.Bytes;
            else numbers[i] = values.Number;
        }
    }

    /// <summary>The value of an index.</summary>
    public (long Number, ReadOnlyMemory<byte> Bytes) this[int index]
    {
        get
        {
            if ((uint)index >= (uint)(numbers.Length + texts.Length)) throw new InvalidDataException("a page names a value that its dictionary does not have");
            return texts.Length == 0 ? (numbers[index], default) : (0, texts[index]);
        }
    }
}

/// <summary>Values as indices of a dictionary (Encodings.md, RLE_DICTIONARY); the first byte of the page says how many bits they have.</summary>
internal sealed class DictionaryReader(ValueDictionary dictionary, ReadOnlyMemory<byte> data) : ValueReader
{
    // A page without values has no byte for the width either.
    private readonly HybridReader indices = data.IsEmpty ? new(data, 0) : new(data[1..], data.Span[0]);

    public override void Next() => (Number, Bytes) = dictionary[indices.Next()];
}
