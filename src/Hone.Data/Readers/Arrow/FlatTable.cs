using System.Buffers.Binary;
using System.Text;

namespace Hone.Data.Readers.Arrow;

/// <summary>
/// A table of a FlatBuffers message (google/flatbuffers, docs/source/internals.md): fields are found through a table of offsets
/// before or behind it, and every offset is checked against the message.
/// </summary>
internal readonly struct FlatTable
{
    private readonly ReadOnlyMemory<byte> message;
    private readonly int position;
    private readonly int offsets;
    private readonly int offsetsLength;

    private FlatTable(ReadOnlyMemory<byte> message, long position)
    {
        this.message = message;
        this.position = Checked(position, 4);
        offsets = Checked(position - BinaryPrimitives.ReadInt32LittleEndian(message.Span[this.position..]), 4);
        offsetsLength = BinaryPrimitives.ReadUInt16LittleEndian(message.Span[offsets..]);
        if (offsetsLength < 4) throw Damaged();
        Checked(offsets, offsetsLength);
    }

    /// <summary>The table that a message begins with.</summary>
    public static FlatTable Root(ReadOnlyMemory<byte> message)
    {
        if (message.Length < 4) throw Damaged();
        return new FlatTable(message, BinaryPrimitives.ReadUInt32LittleEndian(message.Span));
    }

    public bool Has(int field) => Find(field) != 0;

    public byte Byte(int field, byte absent = 0) => Find(field) is > 0 and var at ? message.Span[Checked(at, 1)] : absent;

    public short Int16(int field, short absent = 0) => Find(field) is > 0 and var at ? BinaryPrimitives.ReadInt16LittleEndian(message.Span[Checked(at, 2)..]) : absent;

    public int Int32(int field, int absent = 0) => Find(field) is > 0 and var at ? BinaryPrimitives.ReadInt32LittleEndian(message.Span[Checked(at, 4)..]) : absent;

    public long Int64(int field) => Find(field) is > 0 and var at ? BinaryPrimitives.ReadInt64LittleEndian(message.Span[Checked(at, 8)..]) : 0;

    /// <summary>The table that a field points to.</summary>
    public FlatTable Table(int field) => new(message, Target(Find(field) is > 0 and var at ? at : throw Damaged()));

    /// <summary>The text that a field points to, empty where there is none.</summary>
    public string Text(int field)
    {
        var (start, length) = Vector(field, 1);
        return Encoding.UTF8.GetString(message.Span.Slice(start, length));
    }

    /// <summary>Where the elements of a list stand, and how many there are; none for a field that is absent.</summary>
    /// <param name="field">The field.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    public (int Start, int Count) Vector(int field, int elementSize)
    {
        if (Find(field) is not (> 0 and var at)) return (0, 0);
        var start = Checked(Target(at), 4);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(message.Span[start..]);
        Checked(start + 4L, count * (long)elementSize);
        return (start + 4, (int)count);
    }

    /// <summary>A table of a list of tables.</summary>
    public FlatTable TableAt(int start, int index) => new(message, Target(start + (4L * index)));

    /// <summary>A number within a list.</summary>
    public long Int64At(long at) => BinaryPrimitives.ReadInt64LittleEndian(message.Span[Checked(at, 8)..]);

    private long Find(int field)
    {
        var slot = 4 + (2 * field);
        if (slot + 2 > offsetsLength) return 0;
        var offset = BinaryPrimitives.ReadUInt16LittleEndian(message.Span[(offsets + slot)..]);
        return offset == 0 ? 0 : position + offset;
    }

    private long Target(long at) => at + BinaryPrimitives.ReadUInt32LittleEndian(message.Span[Checked(at, 4)..]);

    private int Checked(long at, long length) => at >= 0 && length >= 0 && at <= message.Length - length ? (int)at : throw Damaged();

    private static InvalidDataException Damaged() => new("a description in the Arrow file is damaged");
}
