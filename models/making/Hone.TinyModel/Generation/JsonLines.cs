using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.TinyModel.Language;

namespace Hone.TinyModel.Generation;

/// <summary>Writes rows as JSON lines with readable Chinese.</summary>
internal static class JsonLines
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes <paramref name="rows"/> rows to a file, each by <paramref name="write"/>.</summary>
    public static void Write(string path, long rows, Action<Utf8JsonWriter, long> write)
    {
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, Options);
        for (var row = 0L; row < rows; row++)
        {
            write(json, row);
            json.Flush();
            file.WriteByte((byte)'\n');
            json.Reset();
        }
    }

    /// <summary>A row of plain text.</summary>
    public static void Text(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    /// <summary>A row with all messages of a conversation.</summary>
    public static void Chat(Utf8JsonWriter json, Conversation conversation)
    {
        json.WriteStartObject();
        Messages(json, conversation, withLastAnswer: true);
        json.WriteEndObject();
    }

    /// <summary>A row that ends with a question, and what a right answer to it holds.</summary>
    public static void Question(Utf8JsonWriter json, Conversation conversation)
    {
        var asked = conversation.Turns[^1];
        json.WriteStartObject();
        Messages(json, conversation, withLastAnswer: false);
        json.WriteString("answer_key", asked.Key);
        json.WriteString("category", asked.Category);
        json.WriteString("language", asked.Tongue.Code());
        json.WriteEndObject();
    }

    private static void Messages(Utf8JsonWriter json, Conversation conversation, bool withLastAnswer)
    {
        json.WriteStartArray("messages");
        if (conversation.System is not null) Message(json, "system", conversation.System);
        for (var i = 0; i < conversation.Turns.Count; i++)
        {
            Message(json, "user", conversation.Questions[i]);
            if (i < conversation.Turns.Count - 1 || withLastAnswer) Message(json, "assistant", conversation.Turns[i].Assistant);
        }

        json.WriteEndArray();
    }

    private static void Message(Utf8JsonWriter json, string role, string content)
    {
        json.WriteStartObject();
        json.WriteString("role", role);
        json.WriteString("content", content);
        json.WriteEndObject();
    }
}
