namespace Hone.Data.Readers.Parquet;

/// <summary>Reads elements of the schema (parquet.thrift, <c>SchemaElement</c>, <c>ConvertedType</c>, <c>LogicalType</c>).</summary>
internal static class SchemaElementReader
{
    private const long Milli = 1_000;
    private const long Micro = 1_000_000;
    private const long Nano = 1_000_000_000;

    public static SchemaElement Read(ref ThriftReader reader)
    {
        var element = new SchemaElement();
        (Meaning, long)? logical = null;
        int? converted = null;
        var scale = 0;
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 1:
                    element = element with { Type = Physical(reader.Int32(type)) };
                    break;
                case 2:
                    element = element with { Length = reader.Int32(type) };
                    break;
                case 3:
                    element = element with { Repetition = RepetitionOf(reader.Int32(type)) };
                    break;
                case 4:
                    element = element with { Name = reader.Text(type) };
                    break;
                case 5:
                    element = element with { Children = reader.Int32(type) };
                    break;
                case 6:
                    converted = reader.Int32(type);
                    break;
                case 7:
                    scale = reader.Int32(type);
                    break;
                case 10:
                    logical = Logical(ref reader, type);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        var (meaning, unit) = logical ?? Converted(converted, scale);
        return element with { Meaning = meaning, Scale = unit };
    }

    public static PhysicalType Physical(int value) => value is >= 0 and <= (int)PhysicalType.FixedBytes ? (PhysicalType)value
        : throw ParquetMetadata.Damaged($"names the unknown type {value}");

    private static Repetition RepetitionOf(int value) => value is >= 0 and <= (int)Repetition.Repeated ? (Repetition)value
        : throw ParquetMetadata.Damaged($"names the unknown repetition {value}");

    private static (Meaning Meaning, long Scale) Converted(int? value, int scale) => value switch
    {
        0 or 4 or 19 => (Meaning.Text, 0),
        1 or 2 => (Meaning.Map, 0),
        3 => (Meaning.List, 0),
        5 => (Meaning.Decimal, scale),
        6 => (Meaning.Date, 0),
        7 => (Meaning.Time, Milli),
        8 => (Meaning.Time, Micro),
        9 => (Meaning.Timestamp, Milli),
        10 => (Meaning.Timestamp, Micro),
        >= 11 and <= 14 => (Meaning.Unsigned, 0),
        _ => (Meaning.None, 0),
    };

    /// <summary>A union: one field, whose number says which type it is.</summary>
    private static (Meaning Meaning, long Scale) Logical(ref ThriftReader reader, int structType)
    {
        ThriftReader.ExpectStruct(structType);
        (Meaning, long) result = (Meaning.None, 0);
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 1 or 4 or 12:
                    result = (Meaning.Text, 0);
                    reader.Skip(type);
                    break;
                case 2:
                    result = (Meaning.Map, 0);
                    reader.Skip(type);
                    break;
                case 3:
                    result = (Meaning.List, 0);
                    reader.Skip(type);
                    break;
                case 5:
                    result = (Meaning.Decimal, FieldOf(ref reader, type, 1));
                    break;
                case 6:
                    result = (Meaning.Date, 0);
                    reader.Skip(type);
                    break;
                case 7:
                    result = (Meaning.Time, UnitOf(ref reader, type));
                    break;
                case 8:
                    result = (Meaning.Timestamp, UnitOf(ref reader, type));
                    break;
                case 10:
                    result = (IsSigned(ref reader, type) ? Meaning.None : Meaning.Unsigned, 0);
                    break;
                case 14:
                    result = (Meaning.Uuid, 0);
                    reader.Skip(type);
                    break;
                case 15:
                    result = (Meaning.Half, 0);
                    reader.Skip(type);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return result;
    }

    private static int FieldOf(ref ThriftReader reader, int structType, int wanted)
    {
        ThriftReader.ExpectStruct(structType);
        var value = 0;
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            if (id == wanted) value = reader.Int32(type);
            else reader.Skip(type);
        }

        return value;
    }

    private static bool IsSigned(ref ThriftReader reader, int structType)
    {
        ThriftReader.ExpectStruct(structType);
        var isSigned = true;
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            if (id == 2) isSigned = ThriftReader.Boolean(type);
            else reader.Skip(type);
        }

        return isSigned;
    }

    /// <summary>Units a second of a time: its second field is a union of empty structs.</summary>
    private static long UnitOf(ref ThriftReader reader, int structType)
    {
        ThriftReader.ExpectStruct(structType);
        var unit = Milli;
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            if (id != 2)
            {
                reader.Skip(type);
                continue;
            }

            ThriftReader.ExpectStruct(type);
            for (var which = 0; reader.NextField(ref which, out var inner);)
            {
                unit = which switch { 1 => Milli, 2 => Micro, _ => Nano };
                reader.Skip(inner);
            }
        }

        return unit;
    }
}
