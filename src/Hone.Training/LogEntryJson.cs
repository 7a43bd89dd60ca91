using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hone.Training;

/// <summary>
/// A log line as Hugging Face's <c>log_history</c> has it: the figures, then <c>epoch</c> and <c>step</c>. JSON has no NaN; such a
/// figure is null.
/// </summary>
internal sealed class LogEntryJson : JsonConverter<LogEntry>
{
    public override LogEntry Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("a log line must be an object");
        var values = new List<KeyValuePair<string, double>>();
        var (step, epoch) = (0, 0.0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == "step") step = reader.GetInt32();
            else if (name == "epoch") epoch = reader.GetDouble();
            else values.Add(new(name, reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble()));
        }

        return new LogEntry(step, epoch, values);
    }

    public override void Write(Utf8JsonWriter writer, LogEntry value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        WriteFigures(writer, value);
        WriteNumber(writer, "epoch", value.Epoch);
        writer.WriteNumber("step", value.Step);
        writer.WriteEndObject();
    }

    public static void WriteFigures(Utf8JsonWriter writer, LogEntry entry)
    {
        foreach (var (name, value) in entry.Values) WriteNumber(writer, name, value);
    }

    public static void WriteNumber(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value)) writer.WriteNumber(name, value);
        else writer.WriteNull(name);
    }
}
