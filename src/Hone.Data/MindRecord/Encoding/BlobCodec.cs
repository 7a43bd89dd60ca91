using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Hone.Data.MindRecord.Encoding;

/// <summary>A row's part of a blob page: the fields that are arrays or bytes.</summary>
/// <param name="schema">The columns.</param>
/// <param name="narrowed">Whether integers are narrowed, which format 3.0 does where the schema has an integer array.</param>
internal sealed class BlobCodec(MindRecordSchema schema, bool narrowed)
{
    private const int LengthSize = 8;

    private readonly IReadOnlyList<MindRecordField> fields = schema.BlobFields;
    private readonly bool isMessagePack = schema.BlobFields.Any(f => f.Type == MindRecordType.Untyped);
    private readonly ArrayBufferWriter<byte> scratch = new();

    /// <exception cref="InvalidDataException">The bytes are not what the schema says.</exception>
    public Dictionary<string, object?> Decode(ReadOnlySpan<byte> blob)
    {
        // Early schemas have no types for arrays: there the blob describes itself.
        if (isMessagePack) return MessagePackReader.ReadMap(blob);
        var values = new Dictionary<string, object?>(fields.Count, StringComparer.Ordinal);
        if (fields.Count == 1)
        {
            values.Add(fields[0].Name, DecodeField(fields[0], blob));
            return values;
        }

        foreach (var field in fields)
        {
            if (blob.Length < LengthSize) throw new InvalidDataException($"the blob ends before '{field.Name}'");
            var length = BinaryPrimitives.ReadUInt64BigEndian(blob);
            blob = blob[LengthSize..];
            if (length > (ulong)blob.Length) throw new InvalidDataException($"'{field.Name}' claims {length} bytes, {blob.Length} are left of its row");
            values.Add(field.Name, DecodeField(field, blob[..(int)length]));
            blob = blob[(int)length..];
        }

        // Without blob fields the writer puts four zeros, which mean nothing.
        return blob.IsEmpty || fields.Count == 0 ? values : throw new InvalidDataException($"{blob.Length} bytes follow the last field of the blob");
    }

    /// <summary>Appends a row's blob.</summary>
    /// <returns>Bytes that narrowing saved; negative when it cost some.</returns>
    /// <exception cref="ArgumentException">A value is missing, or of another type or shape than the schema says.</exception>
    public long Encode(IReadOnlyDictionary<string, object?> row, IBufferWriter<byte> output)
    {
        var saved = 0L;
        foreach (var field in fields)
        {
            var value = row.TryGetValue(field.Name, out var v) ? v : null;
            scratch.ResetWrittenCount();
            saved += EncodeField(field, value, scratch) - scratch.WrittenCount;
            if (fields.Count > 1)
            {
                BinaryPrimitives.WriteUInt64BigEndian(output.GetSpan(LengthSize), (ulong)scratch.WrittenCount);
                output.Advance(LengthSize);
            }

            output.Write(scratch.WrittenSpan);
        }

        if (fields.Count == 0) output.Write((ReadOnlySpan<byte>)[0, 0, 0, 0]);
        return saved;
    }

    private object DecodeField(MindRecordField field, ReadOnlySpan<byte> bytes)
    {
        if (field.Type == MindRecordType.Bytes) return bytes.ToArray();
        try
        {
            Array values = field.Type switch
            {
                MindRecordType.Int32 => narrowed ? NarrowedIntegers.Decode<int>(bytes) : Plain<int>(bytes),
                MindRecordType.Int64 => narrowed ? NarrowedIntegers.Decode<long>(bytes) : Plain<long>(bytes),
                MindRecordType.Float32 => Plain<float>(bytes),
                _ => Plain<double>(bytes),
            };
            return new MindRecordArray(values, FillShape(field.Shape ?? [-1], values.Length));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{field.Name}': {e.Message}", e);
        }
    }

    private long EncodeField(MindRecordField field, object? value, ArrayBufferWriter<byte> output)
    {
        if (field.Type == MindRecordType.Bytes && value is byte[] content)
        {
            output.Write(content);
            return content.Length;
        }

        var array = value as MindRecordArray ?? throw Unfit(field, "has no array");
        try
        {
            _ = FillShape(field.Shape!, array.Values.Length);
        }
        catch (InvalidDataException e)
        {
            throw Unfit(field, e.Message);
        }

        switch (field.Type, array.Values)
        {
            case (MindRecordType.Int32, int[] values) when narrowed:
                NarrowedIntegers.Encode<int>(values, output);
                break;
            case (MindRecordType.Int64, long[] values) when narrowed:
                NarrowedIntegers.Encode<long>(values, output);
                break;
            case (MindRecordType.Float32, float[] values):
                WritePlain<float>(values, output);
                break;
            case (MindRecordType.Float64, double[] values):
                WritePlain<double>(values, output);
                break;
            default:
                throw Unfit(field, $"is an array of {array.Values.GetType().GetElementType()!.Name}");
        }

        return (long)array.Values.Length * field.Type.ElementSize();
    }

    private static T[] Plain<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged
    {
        var size = Marshal.SizeOf<T>();
        if (bytes.Length % size != 0) throw new InvalidDataException($"{bytes.Length} bytes are no array of {size}-byte numbers");
        var values = new T[bytes.Length / size];
        bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    // Both directions copy memory: the format is little-endian, as are the processors that Hone runs on.
    private static void WritePlain<T>(ReadOnlySpan<T> values, ArrayBufferWriter<byte> output)
        where T : unmanaged => output.Write(MemoryMarshal.AsBytes(values));

    /// <summary>The shape with its −1 replaced by what the number of elements leaves for it.</summary>
    private static int[] FillShape(IReadOnlyList<int> shape, int count)
    {
        var known = shape.Where(e => e > 0).Aggregate(1L, (a, e) => a * e);
        var open = shape.Contains(-1);
        if (open ? count % known != 0 : count != known) throw new InvalidDataException($"{count} elements do not fill the shape [{string.Join(", ", shape)}]");
        return [.. shape.Select(e => e > 0 ? e : (int)(count / known))];
    }

    private static ArgumentException Unfit(MindRecordField field, string what) => new($"'{field.Name}' {what}; the schema says {field.Type.Word()}");
}
