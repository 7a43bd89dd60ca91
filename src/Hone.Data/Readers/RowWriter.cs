using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Hone.Data.Readers;

/// <summary>Builds the JSON object of a row from values of other formats.</summary>
internal sealed class RowWriter : IDisposable
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256, AllowDuplicateProperties = false };

    private readonly ArrayBufferWriter<byte> buffer = new();
    private readonly Utf8JsonWriter json;
    private string? error;

    public RowWriter()
    {
        json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    /// <summary>Where values are written.</summary>
    public Utf8JsonWriter Json => json;

    /// <summary>Begins a row.</summary>
    public void Begin()
    {
        buffer.ResetWrittenCount();
        json.Reset();
        error = null;
        json.WriteStartObject();
    }

    /// <summary>Marks the row as one that can't be used; the first reason stays.</summary>
    public void Fail(string reason) => error ??= reason;

    /// <summary>Writes a text of UTF-8 bytes; bytes that are none fail the row.</summary>
    public void WriteText(ReadOnlySpan<byte> text, string column)
    {
        if (Utf8.IsValid(text) && HasRoomFor(text.Length))
        {
            json.WriteStringValue(text);
            return;
        }

        Fail($"the text in '{column}' is not valid UTF-8");
        json.WriteNullValue();
    }

    /// <summary>Writes bytes as lower-case hexadecimal.</summary>
    public void WriteHex(ReadOnlySpan<byte> bytes)
    {
        if (HasRoomFor(2L * bytes.Length)) json.WriteStringValue(Convert.ToHexStringLower(bytes));
        else json.WriteNullValue();
    }

    /// <summary>Writes a number; what JSON has no number for (infinities, NaN) is null.</summary>
    public void WriteFloat(double value)
    {
        if (double.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteNullValue();
    }

    /// <summary>The text that a value has as a key of an object.</summary>
    /// <param name="write">Writes the value.</param>
    /// <exception cref="InvalidDataException">It can't be a key.</exception>
    public static string KeyText(Action<RowWriter> write)
    {
        using var row = new RowWriter();
        row.Begin();
        row.Json.WritePropertyName("key"u8);
        write(row);
        var result = row.End(default);
        if (result.Error is not null || !result.Json.TryGetProperty("key", out var key)) throw new InvalidDataException("a key of a map is not valid UTF-8");
        return key.ValueKind switch
        {
            JsonValueKind.String => key.GetString()!,
            JsonValueKind.Null or JsonValueKind.Array or JsonValueKind.Object => throw new InvalidDataException("a key of a map is no plain value"),
            _ => key.GetRawText(),
        };
    }

    /// <summary>Whether so many more bytes fit into a row; otherwise the row fails.</summary>
    public bool HasRoomFor(long bytes)
    {
        if (json.BytesCommitted + json.BytesPending + bytes <= JsonRow.MaxBytes) return true;
        Fail($"the row is longer than {JsonRow.MaxBytes >> 20} MiB");
        return false;
    }

    /// <summary>Ends the row.</summary>
    public JsonRow End(RowLocation location)
    {
        json.WriteEndObject();
        json.Flush();
        if (error is not null) return new JsonRow(location, default, error);
        try
        {
            using var document = JsonDocument.Parse(buffer.WrittenMemory, Options);
            return new JsonRow(location, document.RootElement.Clone(), null);
        }
        catch (JsonException)
        {
            return new JsonRow(location, default, "a key stands twice in one of its columns, or it is nested too deep");
        }
    }

    public void Dispose() => json.Dispose();
}
