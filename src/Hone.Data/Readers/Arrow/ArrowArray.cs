using System.Buffers.Binary;

namespace Hone.Data.Readers.Arrow;

/// <summary>The values of a field in one batch (arrow/docs, Columnar.rst). All sizes are checked against the length when it is made.</summary>
internal sealed class ArrowArray
{
    private readonly ReadOnlyMemory<byte> validity;
    private readonly ReadOnlyMemory<byte> offsets;
    private readonly ReadOnlyMemory<byte> data;
    private readonly bool hasLongOffsets;

    /// <summary>Takes the field's buffers from a batch.</summary>
    /// <param name="field">The field.</param>
    /// <param name="buffers">The batch, standing at the field.</param>
    /// <param name="isDictionary">Whether these are the values of the field's own dictionary instead of indices.</param>
    public ArrowArray(ArrowField field, ArrowBuffers buffers, bool isDictionary = false)
    {
        Field = isDictionary ? field with { Dictionary = null } : field;
        Length = buffers.NextLength();
        var stored = Field.Dictionary?.Index ?? Field;
        if (stored.Kind == ArrowKind.Null) return;
        validity = buffers.NextBuffer();
        if (!validity.IsEmpty) Require(validity, (Length + 7L) / 8);
        switch (stored.Kind)
        {
            case ArrowKind.Binary or ArrowKind.Text or ArrowKind.LargeBinary or ArrowKind.LargeText or ArrowKind.List or ArrowKind.LargeList or ArrowKind.Map:
                hasLongOffsets = stored.Kind is ArrowKind.LargeBinary or ArrowKind.LargeText or ArrowKind.LargeList;
                offsets = buffers.NextBuffer();
                if (Length > 0) Require(offsets, (Length + 1L) * (hasLongOffsets ? 8 : 4));
                if (stored.Children.Count == 0) data = buffers.NextBuffer();
                break;
            case ArrowKind.Struct or ArrowKind.FixedList:
                break;
            case ArrowKind.Boolean:
                data = buffers.NextBuffer();
                Require(data, (Length + 7L) / 8);
                break;
            default:
                Width = stored.Width;
                data = buffers.NextBuffer();
                Require(data, (long)Length * Width);
                break;
        }

        if (Field.Dictionary is null) Children = ReadChildren(buffers);
    }

    public ArrowField Field { get; }

    public int Length { get; }

    /// <summary>Bytes of a stored value: of an index where there is a dictionary.</summary>
    public int Width { get; }

    public IReadOnlyList<ArrowArray> Children { get; } = [];

    public bool IsNull(int index) => Field.Kind == ArrowKind.Null || (!validity.IsEmpty && (validity.Span[index >> 3] >> (index & 7) & 1) == 0);

    public bool Boolean(int index) => (data.Span[index >> 3] >> (index & 7) & 1) != 0;

    /// <summary>The bytes of a value of fixed size.</summary>
    public ReadOnlySpan<byte> Fixed(int index) => data.Span.Slice(index * Width, Width);

    /// <summary>An integer of any width, as 64 bits.</summary>
    public long Integer(int index, bool isUnsigned)
    {
        var bytes = Fixed(index);
        return bytes.Length switch
        {
            1 => isUnsigned ? bytes[0] : (sbyte)bytes[0],
            2 => isUnsigned ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadInt16LittleEndian(bytes),
            4 => isUnsigned ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        };
    }

    /// <summary>The bytes of a text.</summary>
    public ReadOnlySpan<byte> Bytes(int index)
    {
        var (start, end) = Range(index, data.Length);
        return data.Span[start..end];
    }

    /// <summary>The elements of a list in its child.</summary>
    public (int Start, int End) Elements(int index) =>
        Field.Kind == ArrowKind.FixedList ? (index * Field.Width, (index + 1) * Field.Width) : Range(index, Children[0].Length);

    private List<ArrowArray> ReadChildren(ArrowBuffers buffers)
    {
        var children = new List<ArrowArray>(Field.Children.Count);
        foreach (var field in Field.Children)
        {
            var child = new ArrowArray(field, buffers);
            var needed = Field.Kind switch
            {
                ArrowKind.Struct => Length,
                ArrowKind.FixedList => (long)Length * Field.Width,
                _ => 0,
            };
            if (child.Length < needed) throw TooShort();
            children.Add(child);
        }

        return children;
    }

    private (int Start, int End) Range(int index, int limit)
    {
        var span = offsets.Span;
        var (start, end) = hasLongOffsets
            ? (BinaryPrimitives.ReadInt64LittleEndian(span[(8 * index)..]), BinaryPrimitives.ReadInt64LittleEndian(span[(8 * (index + 1))..]))
            : (BinaryPrimitives.ReadInt32LittleEndian(span[(4 * index)..]), BinaryPrimitives.ReadInt32LittleEndian(span[(4 * (index + 1))..]));
        return start >= 0 && start <= end && end <= limit ? ((int)start, (int)end)
            : throw new InvalidDataException($"a list or text in the column '{Field.Name}' reaches outside of it");
    }

    private void Require(ReadOnlyMemory<byte> buffer, long bytes)
    {
        if (buffer.Length < bytes) throw TooShort();
    }

    private InvalidDataException TooShort() => new($"the column '{Field.Name}' is shorter than its batch says");
}
