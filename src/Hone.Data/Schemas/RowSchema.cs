using System.Text.Json;

namespace Hone.Data.Schemas;

/// <summary>Recognises the form of a row by its keys and turns it into <see cref="RowContent"/>.</summary>
public static class RowSchema
{
    private static readonly string[] SystemKeys = ["system", "system_prompt"];
    private static readonly string[] QueryKeys = ["query", "prompt", "input", "instruction", "question", "problem"];
    private static readonly string[] ResponseKeys =
        ["response", "answer", "output", "targets", "target", "answer_key", "answers", "solution", "completion"];

    private static readonly string[] MediaKeys = ["images", "videos", "audios", "image", "video", "audio"];

    /// <summary>
    /// Reads a row: <c>messages</c> (or <c>conversations</c> with from and value), <c>instruction/input/output</c>,
    /// <c>query/response/history</c> and the names that other tools give these columns, <c>text</c>, or <c>input_ids</c>
    /// with <c>labels</c>.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="error">Why it can't be read; null when it can.</param>
    /// <returns>The content, or null with an error.</returns>
    public static RowContent? Parse(JsonElement row, out string? error)
    {
        return Guard(row, ParseObject, out error);
    }

    /// <summary>Reads a conversation that may end with the question: a row to be answered.</summary>
    internal static Conversation? ParsePrompt(JsonElement row, out string? error) => Guard(row, ParseQuestion, out error);

    private static T? Guard<T>(JsonElement row, Func<JsonElement, T> parse, out string? error)
        where T : class
    {
        error = null;
        try
        {
            return row.ValueKind == JsonValueKind.Object ? parse(row) : throw new RowFormatException($"a row must be a JSON object, this is {Name(row.ValueKind)}");
        }
        catch (RowFormatException e)
        {
            error = e.Message;
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or JsonException or ArgumentException)
        {
            error = "the row holds text that is not valid Unicode, or keys twice";
            return null;
        }
    }

    private static Conversation ParseQuestion(JsonElement row)
    {
        var isListed = row.TryGetProperty("messages", out _) || row.TryGetProperty("conversations", out _);
        if (!isListed && !row.TryGetProperty("input_ids", out _) && FirstOf(row, ResponseKeys) is null)
        {
            if (Has(row, "instruction")) return QuerySchema.ParseQuestion(row, SystemText(row), QuerySchema.AlpacaQuestion(row));
            if (FirstOf(row, QueryKeys) is { } query) return QuerySchema.ParseQuestion(row, SystemText(row), RequireText(row, query));
        }

        return ParseObject(row) as Conversation ?? throw new RowFormatException("the row is no conversation; expected messages, or query and response");
    }

    internal static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static RowContent ParseObject(JsonElement row)
    {
        foreach (var key in MediaKeys)
        {
            if (row.TryGetProperty(key, out var media) && !IsNothing(media))
                throw new RowFormatException($"the row has '{key}': images, video and audio are not supported");
        }

        if (row.TryGetProperty("input_ids", out var ids)) return PretokenizedSchema.Parse(row, ids);
        if (row.TryGetProperty("messages", out var messages)) return MessagesSchema.Parse(row, messages, "messages");
        if (row.TryGetProperty("conversations", out var conversations)) return MessagesSchema.Parse(row, conversations, "conversations");
        if (FirstOf(row, ResponseKeys) is { } response)
        {
            if (Has(row, "instruction")) return QuerySchema.Parse(row, SystemText(row), QuerySchema.AlpacaQuestion(row), RequireText(row, Has(row, "output") ? "output" : response));
            return FirstOf(row, QueryKeys) is { } query
                ? QuerySchema.Parse(row, SystemText(row), RequireText(row, query), RequireText(row, response))
                : new PlainText(RequireText(row, response));
        }

        if (Has(row, "text")) return new PlainText(RequireText(row, "text"));
        throw new RowFormatException("no known columns among: " + Columns(row) +
            "; expected messages, query and response, instruction and output, text, or input_ids and labels");
    }

    internal static string RequireText(JsonElement row, string key)
    {
        var value = row.GetProperty(key);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new RowFormatException($"'{key}' must be a text, this is {Name(value.ValueKind)}");
    }

    /// <summary>The row's own system message, or null.</summary>
    internal static string? SystemText(JsonElement row) => FirstOf(row, SystemKeys) is { } key ? RequireText(row, key) : null;

    private static string? FirstOf(JsonElement row, string[] keys) => keys.FirstOrDefault(k => Has(row, k));

    private static bool Has(JsonElement row, string key) => row.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    private static bool IsNothing(JsonElement value) => value.ValueKind == JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
        || (value.ValueKind == JsonValueKind.String && value.GetString()!.Length == 0);

    private static string Columns(JsonElement row)
    {
        var names = row.EnumerateObject().Select(p => p.Name.Length > 40 ? p.Name[..40] + "…" : p.Name).Take(12).ToList();
        return names.Count == 0 ? "(none)" : string.Join(", ", names);
    }
}
