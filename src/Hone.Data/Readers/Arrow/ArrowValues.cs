using System.Buffers.Binary;
using System.Numerics;

namespace Hone.Data.Readers.Arrow;

/// <summary>
/// Writes values as JSON: numbers, true and false, texts, lists and objects; dates and times as text, binary values as lower-case
/// hexadecimal.
/// </summary>
internal sealed class ArrowValues
{
    /// <summary>Dictionaries may be nested and, in damaged files, hold themselves.</summary>
    private const int MaxDepth = 64;
    private const long DaySeconds = 86_400;

    private readonly Dictionary<long, List<ArrowArray>> dictionaries = [];

    /// <summary>Takes a dictionary: a new one, or more values of one.</summary>
    public void AddDictionary(long id, ArrowArray values, bool isMore)
    {
        if (isMore && dictionaries.TryGetValue(id, out var parts)) parts.Add(values);
        else dictionaries[id] = [values];
    }

    /// <summary>Writes a value.</summary>
    public void Write(ArrowArray array, int index, RowWriter row, int depth = 0)
    {
        if (depth > MaxDepth) throw new InvalidDataException("its dictionaries are nested too deep");
        if (!row.HasRoomFor(0)) throw new InvalidDataException($"a row is longer than {JsonRow.MaxBytes >> 20} MiB");
        if (array.IsNull(index))
        {
            row.Json.WriteNullValue();
            return;
        }

        if (array.Field.Dictionary is { } dictionary)
        {
            var (part, inPart) = Find(dictionary.Id, array.Integer(index, dictionary.Index.IsUnsigned));
            Write(part, inPart, row, depth + 1);
            return;
        }

        switch (array.Field.Kind)
        {
            case ArrowKind.Struct:
                row.Json.WriteStartObject();
                foreach (var child in array.Children)
                {
                    row.Json.WritePropertyName(child.Field.Name);
                    Write(child, index, row, depth + 1);
                }

                row.Json.WriteEndObject();
                break;
            case ArrowKind.List or ArrowKind.LargeList or ArrowKind.FixedList:
                row.Json.WriteStartArray();
                var (start, end) = array.Elements(index);
                for (var i = start; i < end; i++) Write(array.Children[0], i, row, depth + 1);
                row.Json.WriteEndArray();
                break;
            case ArrowKind.Map:
                WriteMap(array, index, row, depth);
                break;
            default:
                WritePlain(array, index, row);
                break;
        }
    }

    private void WriteMap(ArrowArray map, int index, RowWriter row, int depth)
    {
        var pairs = map.Children[0];
        var (start, end) = map.Elements(index);
        row.Json.WriteStartObject();
        for (var i = start; i < end; i++)
        {
            var at = i;
            row.Json.WritePropertyName(RowWriter.KeyText(key => Write(pairs.Children[0], at, key, depth + 1)));
            Write(pairs.Children[1], i, row, depth + 1);
        }

        row.Json.WriteEndObject();
    }

    private static void WritePlain(ArrowArray array, int index, RowWriter row)
    {
        var (field, json) = (array.Field, row.Json);
        switch (field.Kind)
        {
            case ArrowKind.Boolean:
                json.WriteBooleanValue(array.Boolean(index));
                break;
            case ArrowKind.Int when field is { IsUnsigned: true, Width: 8 }:
                json.WriteNumberValue((ulong)array.Integer(index, true));
                break;
            case ArrowKind.Int or ArrowKind.Duration:
                json.WriteNumberValue(array.Integer(index, field.IsUnsigned));
                break;
            case ArrowKind.Float:
                var bytes = array.Fixed(index);
                row.WriteFloat(bytes.Length switch
                {
                    2 => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
                    4 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
                    _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
                });
                break;
            case ArrowKind.Decimal:
                json.WriteRawValue(DecimalText.Of(new BigInteger(array.Fixed(index)), field.Scale), skipInputValidation: true);
                break;
            case ArrowKind.Date:
                var date = array.Integer(index, false);
                json.WriteStringValue(TimeText.Date(field.Scale < 0 ? date : (long)Math.Floor((decimal)date / (DaySeconds * field.Scale))));
                break;
            case ArrowKind.Time:
                json.WriteStringValue(TimeText.TimeOfDay(array.Integer(index, false), field.Scale));
                break;
            case ArrowKind.Timestamp:
                json.WriteStringValue(TimeText.Timestamp(array.Integer(index, false), field.Scale));
                break;
            case ArrowKind.Text or ArrowKind.LargeText:
                row.WriteText(array.Bytes(index), field.Name);
                break;
            default:
                row.WriteHex(field.Kind == ArrowKind.FixedBinary ? array.Fixed(index) : array.Bytes(index));
                break;
        }
    }

    private (ArrowArray Part, int Index) Find(long id, long index)
    {
        if (!dictionaries.TryGetValue(id, out var parts)) throw new InvalidDataException($"dictionary {id} is missing");
        foreach (var part in parts)
        {
            if (index >= 0 && index < part.Length) return (part, (int)index);
            index -= part.Length;
        }

        throw new InvalidDataException($"a value is not in its dictionary {id}");
    }
}
