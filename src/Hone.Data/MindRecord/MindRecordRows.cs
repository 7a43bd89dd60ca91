using System.Buffers;
using System.Text;
using System.Text.Json;
using Hone.Data.Readers;

namespace Hone.Data.MindRecord;

/// <summary>The rows of a MindRecord file in the form in which all rows are understood: JSON objects.</summary>
public static class MindRecordRows
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Whether a file is to be read here: its content says so, or its name where the content is damaged, or the name of its index.
    /// </summary>
    public static bool AreIn(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return MindRecordReader.Matches(path) || Path.GetExtension(path) is { } extension
            && (extension.StartsWith(".mindrecord", StringComparison.OrdinalIgnoreCase) || extension.Equals(".db", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Reads a file. A row that can't be read comes with the reason.</summary>
    /// <exception cref="HoneException">The file can't be opened, or is damaged so that rows can't be found (exit code 3).</exception>
    public static IEnumerable<JsonRow> Read(string path)
    {
        using var reader = MindRecordReader.Open(path);
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        foreach (var (number, row, error) in reader.Read())
        {
            var location = new RowLocation(path, number);
            JsonRow result;
            try
            {
                buffer.ResetWrittenCount();
                json.Reset();
                if (row is not null) Write(json, FixedLengthRows.WithoutPadding(row.Columns(reader.Schema)));
                json.Flush();
                result = row is null ? new JsonRow(location, default, error) : new JsonRow(location, JsonElement.Parse(buffer.WrittenSpan), null);
            }
            catch (InvalidDataException e)
            {
                result = new JsonRow(location, default, e.Message);
            }

            yield return result;
        }
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyDictionary<string, object?> columns)
    {
        json.WriteStartObject();
        foreach (var (name, value) in columns)
        {
            json.WritePropertyName(name);
            Write(json, name, value);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case double number:
                WriteNumber(json, number);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case byte[] bytes:
                json.WriteStringValue(TextOf(name, bytes));
                break;
            case MindRecordArray array:
                // A shape such as [1000000000, 0] has nothing in it and would still be long to write.
                if (array.Values.Length > 0) WriteArray(json, array, 0, 0, array.Values.Length);
                else json.WriteRawValue("[]");
                break;
            case List<object?> list:
                json.WriteStartArray();
                foreach (var item in list) Write(json, name, item);
                json.WriteEndArray();
                break;
            case Dictionary<string, object?> map:
                Write(json, map);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteArray(Utf8JsonWriter json, MindRecordArray array, int dimension, int start, int count)
    {
        json.WriteStartArray();
        if (dimension == array.Shape.Count - 1)
        {
            for (var i = start; i < start + count; i++) WriteNumber(json, array.Values, i);
        }
        else
        {
            var inner = count / array.Shape[dimension];
            for (var i = 0; i < array.Shape[dimension]; i++) WriteArray(json, array, dimension + 1, start + (i * inner), inner);
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, Array values, int i)
    {
        switch (values)
        {
            case int[] numbers:
                json.WriteNumberValue(numbers[i]);
                break;
            case long[] numbers:
                json.WriteNumberValue(numbers[i]);
                break;
            case float[] numbers:
                WriteNumber(json, numbers[i]);
                break;
            default:
                WriteNumber(json, ((double[])values)[i]);
                break;
        }
    }

    // JSON has no NaN and no infinity.
    private static void WriteNumber(Utf8JsonWriter json, double number)
    {
        if (double.IsFinite(number)) json.WriteNumberValue(number);
        else json.WriteNullValue();
    }

    private static string TextOf(string name, byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"'{name}' holds bytes that are no text; images and other media are not supported", e);
        }
    }
}
