using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using System.Text.Unicode;
using Hone.Data.Readers.Parquet.Values;

namespace Hone.Data.Readers.Parquet;

/// <summary>
/// Writes values as JSON: numbers, true and false, texts; dates and times as text. Bytes that no annotation calls text are text
/// if they are valid UTF-8, as older writers leave the annotation out, and lower-case hexadecimal otherwise.
/// </summary>
internal static class LeafFormat
{
    private const long Micro = 1_000_000;
    private const long DayMicros = 86_400 * Micro;
    private const int JulianDayOf1970 = 2_440_588;

    /// <summary>Longest decimal, bytes; the time to write one grows with the square.</summary>
    private const int MaxDecimalBytes = 128;

    /// <summary>Writes the value that a reader stands on.</summary>
    public static void Write(LeafNode leaf, ValueReader value, RowWriter row)
    {
        var element = leaf.Element;
        var json = row.Json;
        switch (element.Type)
        {
            case PhysicalType.Boolean:
                json.WriteBooleanValue(value.Number != 0);
                break;
            case PhysicalType.Int32 or PhysicalType.Int64:
                WriteInteger(element, value.Number, json);
                break;
            case PhysicalType.Single:
                row.WriteFloat(BitConverter.Int32BitsToSingle((int)value.Number));
                break;
            case PhysicalType.Double:
                row.WriteFloat(BitConverter.Int64BitsToDouble(value.Number));
                break;
            case PhysicalType.Int96:
                json.WriteStringValue(Timestamp96(value.Bytes.Span));
                break;
            default:
                WriteBytes(leaf, value.Bytes.Span, row);
                break;
        }
    }

    private static void WriteInteger(SchemaElement element, long value, Utf8JsonWriter json)
    {
        switch (element.Meaning)
        {
            case Meaning.Unsigned:
                json.WriteNumberValue(element.Type == PhysicalType.Int32 ? (uint)value : (ulong)value);
                break;
            case Meaning.Decimal:
                json.WriteRawValue(DecimalText.Of(value, element.Scale), skipInputValidation: true);
                break;
            case Meaning.Date:
                json.WriteStringValue(TimeText.Date(value));
                break;
            case Meaning.Time:
                json.WriteStringValue(TimeText.TimeOfDay(value, element.Scale));
                break;
            case Meaning.Timestamp:
                json.WriteStringValue(TimeText.Timestamp(value, element.Scale));
                break;
            default:
                json.WriteNumberValue(value);
                break;
        }
    }

    private static void WriteBytes(LeafNode leaf, ReadOnlySpan<byte> bytes, RowWriter row)
    {
        switch (leaf.Element.Meaning)
        {
            case Meaning.Text:
                row.WriteText(bytes, leaf.Name);
                break;
            case Meaning.Decimal when bytes.Length <= MaxDecimalBytes:
                row.Json.WriteRawValue(DecimalText.Of(new BigInteger(bytes, isBigEndian: true), leaf.Element.Scale), skipInputValidation: true);
                break;
            case Meaning.Uuid when bytes.Length == 16:
                row.Json.WriteStringValue(new Guid(bytes, bigEndian: true));
                break;
            case Meaning.Half when bytes.Length == 2:
                row.WriteFloat((double)BinaryPrimitives.ReadHalfLittleEndian(bytes));
                break;
            default:
                if (Utf8.IsValid(bytes)) row.WriteText(bytes, leaf.Name);
                else row.WriteHex(bytes);
                break;
        }
    }

    /// <summary>Nanoseconds of a day and its Julian number, as Impala and Spark write times; cut to microseconds.</summary>
    private static string Timestamp96(ReadOnlySpan<byte> bytes)
    {
        // Dates far off come right only when the parts wrap around.
        var days = (long)BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) - JulianDayOf1970;
        var nanos = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return TimeText.Timestamp(unchecked((days * DayMicros) + (nanos / 1000)), Micro);
    }
}
