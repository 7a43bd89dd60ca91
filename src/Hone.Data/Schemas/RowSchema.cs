using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Data.Schemas;

/// <summary>Recognises the form of a row by its columns and turns it into <see cref="RowContent"/>.</summary>
public static class RowSchema
{
    /// <summary>A longer row is an error: rendering and tokenizing would take gigabytes for what no context can hold.</summary>
    private const int MaxRowBytes = 16 << 20;

    private static readonly string[] SystemKeys = ["system", "system_prompt"];
    private static readonly string[] MediaKeys = ["images", "videos", "audios", "image", "video", "audio"];
    private static readonly string[] TextKeys = ["text", "response", "content", "completion", "output"];
    private static readonly string[] TemplateArguments = ["messages", "tools", "documents", "add_generation_prompt"];

    /// <summary>
    /// Reads a row: <c>messages</c> (or <c>conversations</c> with from and value), <c>instruction/input/output</c>,
    /// <c>query/response/history</c> and the names that other tools give these columns, <c>prompt/completion</c>, <c>text</c>,
    /// <c>segments</c>, or <c>input_ids</c> with <c>labels</c>.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="error">Why it can't be read; null when it can.</param>
    /// <returns>The content, or null with an error.</returns>
    public static RowContent? Parse(JsonElement row, out string? error) => Parse(row, RowMapping.None, out error);

    /// <summary>Reads a row whose columns or roles have names of their own.</summary>
    /// <param name="row">The row.</param>
    /// <param name="mapping">The names.</param>
    /// <param name="error">Why it can't be read; null when it can.</param>
    /// <returns>The content, or null with an error.</returns>
    public static RowContent? Parse(JsonElement row, RowMapping mapping, out string? error)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        return Guard(row, mapping, ParseWhole, out error);
    }

    /// <summary>Reads a conversation that may end with the question: a row to be answered.</summary>
    internal static Conversation? ParsePrompt(JsonElement row, RowMapping mapping, out string? error) => Guard(row, mapping, ParseQuestion, out error);

    internal static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    /// <summary>The row's own system message, or null.</summary>
    internal static string? SystemText(RowColumns row) => row.OneOf(SystemKeys, "system message") is { } key ? row.TakeText(key) : null;

    /// <summary>A conversation of the messages, with the row's tools and template arguments.</summary>
    internal static Conversation ToConversation(RowColumns row, MessageList messages) =>
        new(messages.Messages, messages.Weights) { Tools = ToolSchema.Tools(row), Variables = TemplateVariables(row) };

    private static T? Guard<T>(JsonElement row, RowMapping mapping, Func<RowColumns, T> parse, out string? error)
        where T : RowContent
    {
        error = mapping.Refusal;
        if (error is not null) return null;
        try
        {
            if (row.ValueKind != JsonValueKind.Object) throw new RowFormatException($"a row must be a JSON object, this is {Name(row.ValueKind)}");
            if (JsonMarshal.GetRawUtf8Value(row).Length > MaxRowBytes) throw new RowFormatException($"the row is longer than {MaxRowBytes >> 20} MiB; split it");
            var columns = new RowColumns(row, mapping);
            RefuseMedia(columns);
            var content = parse(columns);
            var weight = LossWeights.OfRow(columns);
            var channel = columns.TryTake("channel", out var c) && c.ValueKind == JsonValueKind.String ? c.GetString() : null;
            return content with { Weight = content.Weight * weight, Channel = channel, UnusedColumns = columns.Unused() };
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

    private static RowContent ParseWhole(RowColumns row)
    {
        RefuseUndesirable(row);
        var content = ParseObject(row);
        // ms-swift's rows for pre-training: an answer to nothing.
        return content is Conversation { Messages: [var only], Tools: null, Variables: null } c && (string?)only!["role"] == "assistant"
            && !((JsonObject)only).ContainsKey("tool_calls") && !((JsonObject)only).ContainsKey("reasoning_content")
            ? new PlainText((string)only["content"]!) { Weight = c.Weights[0] ?? 1, Form = c.Form + " (plain text)" }
            : content;
    }

    private static Conversation ParseQuestion(RowColumns row)
    {
        if (!MessagesSchema.Matches(row) && !row.Has("input_ids") && !row.Has("segments") && QuerySchema.HasQuestion(row) && QuerySchema.Response(row) is null)
            return IsList(row, "prompt") ? MessagesSchema.ParsePromptAndCompletion(row) : QuerySchema.ParseQuestion(row);
        return ParseObject(row) as Conversation ?? throw new RowFormatException("the row is no conversation; expected messages, or query and response");
    }

    private static RowContent ParseObject(RowColumns row)
    {
        if (row.Has("input_ids")) return PretokenizedSchema.Parse(row);
        if (MessagesSchema.Matches(row)) return MessagesSchema.Parse(row);
        if (row.Has("segments")) return SegmentsSchema.Parse(row);
        if (IsList(row, "prompt") && row.Has("completion")) return MessagesSchema.ParsePromptAndCompletion(row);
        if (QuerySchema.HasQuestion(row))
        {
            if (QuerySchema.Response(row) is { } response) return QuerySchema.Parse(row, response);
            throw new RowFormatException($"the row has a question and no answer among its columns ({row.Names()}); name the answer with --columns <column>=response");
        }

        if ((TextKeys.FirstOrDefault(row.Has) ?? QuerySchema.Response(row)) is { } text) return new PlainText(row.TakeText(text)) { Form = $"{row.NameOf(text)} (plain text)" };
        throw new RowFormatException("no known columns among: " + row.Names() +
            "; expected messages, query and response, instruction and output, text, or input_ids and labels; or say which is which: --columns <column>=query <column>=response");
    }

    private static void RefuseMedia(RowColumns row)
    {
        foreach (var key in MediaKeys)
        {
            if (row.TryTake(key, out var media) && !IsNothing(media))
                throw new RowFormatException($"the row has '{row.NameOf(key)}': images, video and audio are not supported");
        }
    }

    /// <summary>Preference data marks answers that must not be learned; training on them would teach them.</summary>
    private static void RefuseUndesirable(RowColumns row)
    {
        if (row.TryTake("label", out var label) && label.ValueKind == JsonValueKind.False)
            throw new RowFormatException("'label' is false: the row is marked as a bad answer (preference data), which must not be learned");
    }

    private static Dictionary<string, JsonNode?>? TemplateVariables(RowColumns row)
    {
        if (!row.TryTake("chat_template_kwargs", out var value)) return null;
        if (value.ValueKind == JsonValueKind.String) value = JsonNodes.Parse(value.GetString()!, "the text in 'chat_template_kwargs'");
        if (value.ValueKind != JsonValueKind.Object) throw new RowFormatException($"'chat_template_kwargs' must be an object, this is {Name(value.ValueKind)}");
        var variables = value.EnumerateObject().ToDictionary(p => p.Name, p => JsonNodes.Of(p.Value), StringComparer.Ordinal);
        if (TemplateArguments.FirstOrDefault(variables.ContainsKey) is { } taken) throw new RowFormatException($"'chat_template_kwargs' can't set '{taken}'");
        return variables.Count > 0 ? variables : null;
    }

    private static bool IsList(RowColumns row, string key) => row.TryTake(key, out var value) && value.ValueKind == JsonValueKind.Array;

    private static bool IsNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().All(IsNothing),
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Null => true,
        _ => false,
    };
}
