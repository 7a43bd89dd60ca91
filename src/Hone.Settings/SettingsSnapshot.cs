using System.Collections;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hone.Settings;

/// <summary>Settings as a file: what <c>args.json</c> of a run holds.</summary>
public static class SettingsSnapshot
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        NewLine = "\n",
        // Chinese names and questions stay readable; the file is never put into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// Every setting under its name, with its value or null. The text is a configuration file in its own right:
    /// <c>hone sft args.json</c> repeats the run.
    /// </summary>
    public static string ToJson(VerbSettings settings)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_options))
        {
            json.WriteStartObject();
            foreach (var setting in SettingSchema.Of(settings.GetType()).Settings)
            {
                json.WritePropertyName(setting.Name);
                Write(json, setting.GetValue(settings));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case bool b: json.WriteBooleanValue(b); break;
            case int or double: json.WriteRawValue(SettingValues.Format(value)); break;
            case IEnumerable list and not string:
                json.WriteStartArray();
                foreach (var item in list) Write(json, item);
                json.WriteEndArray();
                break;
            default: json.WriteStringValue(SettingValues.Format(value)); break;
        }
    }
}
