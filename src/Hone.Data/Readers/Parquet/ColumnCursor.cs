using System.Buffers.Binary;
using System.Numerics;
using Hone.Data.Readers.Parquet.Values;

namespace Hone.Data.Readers.Parquet;

/// <summary>Walks through a column of a row group: an entry is a value or a null, with the levels that place it in its row.</summary>
internal sealed class ColumnCursor
{
    private const int Rle = 3;

    private readonly LeafNode leaf;
    private readonly PageReader pages;
    private readonly long expected;
    private ValueDictionary? dictionary;
    private HybridReader? repetitions;
    private HybridReader? definitions;
    private int leftInPage;
    private long total;

    public ColumnCursor(LeafNode leaf, PageReader pages, ColumnChunk chunk)
    {
        (this.leaf, this.pages, expected) = (leaf, pages, chunk.Values);
        if (chunk.Type != leaf.Element.Type) throw new InvalidDataException($"the column '{leaf.Name}' has two different types");
        Advance();
    }

    /// <summary>Whether there is an entry.</summary>
    public bool HasEntry { get; private set; }

    /// <summary>Repetition level of the entry: 0 begins a row.</summary>
    public int Repetition { get; private set; }

    /// <summary>Definition level of the entry: the leaf's level for a value, less for the field above it that is null or empty.</summary>
    public int Definition { get; private set; }

    /// <summary>The value, where there is one.</summary>
    public ValueReader? Values { get; private set; }

    /// <summary>Checks that the entry is where the columns before it are, and at a certain definition level.</summary>
    public void Expect(int repetition, int definition)
    {
        if (!HasEntry || Repetition != repetition || Definition != definition)
            throw new InvalidDataException($"the column '{leaf.Name}' does not fit the others: a list or row in it has another length");
    }

    /// <summary>Moves to the next entry.</summary>
    public void Advance()
    {
        while (leftInPage == 0)
        {
            HasEntry = false;
            if (NextPage()) continue;
            if (total != expected) throw new InvalidDataException($"the column '{leaf.Name}' has {total} entries instead of {expected}");
            return;
        }

        leftInPage--;
        HasEntry = true;
        Repetition = Level(repetitions, leaf.MaxRepetition);
        Definition = Level(definitions, leaf.Level);
        if (Definition == leaf.Level) Values!.Next();
    }

    private int Level(HybridReader? levels, int max)
    {
        var level = levels?.Next() ?? 0;
        return (uint)level <= (uint)max ? level : throw new InvalidDataException($"the column '{leaf.Name}' has a level of {level}, more than {max}");
    }

    private bool NextPage()
    {
        if (!pages.Next(out var header, out var content)) return false;
        switch (header.Kind)
        {
            case PageKind.Dictionary:
                if (dictionary is not null || header.Encoding is not (0 or 2)) throw new InvalidDataException("a column has a second dictionary, or one of an unknown kind");
                dictionary = new ValueDictionary(leaf.Element.Type!.Value, leaf.Element.Length, pages.Decompress(content, header.PlainLength), header.Values);
                return true;
            case PageKind.Data:
                BeginPage(header, pages.Decompress(content, header.PlainLength));
                return true;
            case PageKind.DataV2:
                BeginPage2(header, content);
                return true;
            default:
                return true;
        }
    }

    private void BeginPage(in PageHeader header, ReadOnlyMemory<byte> data)
    {
        repetitions = PrefixedLevels(ref data, leaf.MaxRepetition, header.RepetitionEncoding);
        definitions = PrefixedLevels(ref data, leaf.Level, header.DefinitionEncoding);
        BeginValues(header, data);
    }

    private void BeginPage2(in PageHeader header, ReadOnlyMemory<byte> content)
    {
        var (repetition, definition) = (header.RepetitionLength, header.DefinitionLength);
        if (repetition < 0 || definition < 0 || (long)repetition + definition > Math.Min(content.Length, header.PlainLength)) throw BitReader.TooShort();
        repetitions = leaf.MaxRepetition == 0 ? null : new HybridReader(content[..repetition], Width(leaf.MaxRepetition));
        definitions = leaf.Level == 0 ? null : new HybridReader(content.Slice(repetition, definition), Width(leaf.Level));
        var values = content[(repetition + definition)..];
        BeginValues(header, header.IsCompressed ? pages.Decompress(values, header.PlainLength - repetition - definition) : values);
    }

    private void BeginValues(in PageHeader header, ReadOnlyMemory<byte> data)
    {
        if (header.Values < 0) throw new InvalidDataException("a page has a negative number of values");
        leftInPage = header.Values;
        total += header.Values;
        var (type, length) = (leaf.Element.Type!.Value, leaf.Element.Length);
        Values = header.Encoding switch
        {
            0 => new PlainReader(type, length, data),
            // A chunk of nulls only may do without a dictionary.
            2 or 8 => new DictionaryReader(dictionary ?? new ValueDictionary(type, length, default, 0), data),
            Rle when type == PhysicalType.Boolean => new BooleanRunReader(Prefixed(ref data)),
            5 when type is PhysicalType.Int32 or PhysicalType.Int64 => data.IsEmpty ? null : new DeltaReader(data, type == PhysicalType.Int32),
            6 when type == PhysicalType.ByteArray => data.IsEmpty ? null : new DeltaLengthReader(data),
            7 when type is PhysicalType.ByteArray or PhysicalType.FixedBytes => data.IsEmpty ? null : new DeltaTextReader(data),
            9 => new SplitReader(type, length, data),
            var other => throw new NotSupportedException($"the column '{leaf.Name}' has encoding {other} for {type}"),
        };
        Values ??= new PlainReader(type, length, data);
    }

    private static HybridReader? PrefixedLevels(ref ReadOnlyMemory<byte> data, int max, int encoding)
    {
        if (max == 0) return null;
        if (encoding != Rle) throw new NotSupportedException($"its levels have encoding {encoding}, which only the oldest files have");
        return new HybridReader(Prefixed(ref data), Width(max));
    }

    /// <summary>Takes a part with its length before it.</summary>
    private static ReadOnlyMemory<byte> Prefixed(ref ReadOnlyMemory<byte> data)
    {
        var length = data.Length < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(data.Span);
        if (length < 0 || length > data.Length - 4) throw BitReader.TooShort();
        var part = data.Slice(4, length);
        data = data[(4 + length)..];
        return part;
    }

    private static int Width(int max) => 32 - BitOperations.LeadingZeroCount((uint)max);
}
