using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Data.Schemas;

/// <summary>Rows with a question and an answer in columns of their own, and earlier rounds in <c>history</c>.</summary>
internal static class QuerySchema
{
    /// <summary>Alpaca's question: the instruction, and below it the input if there is one.</summary>
    public static string AlpacaQuestion(JsonElement row)
    {
        if (row.TryGetProperty("query", out var other) && other.ValueKind != JsonValueKind.Null)
            throw new RowFormatException("the row has both 'instruction' and 'query'; put the question into one of them");
        var query = RowSchema.RequireText(row, "instruction");
        if (!row.TryGetProperty("input", out var input) || input.ValueKind == JsonValueKind.Null) return query;
        var text = RowSchema.RequireText(row, "input");
        return text.Length == 0 ? query : query.Length > 0 ? query + "\n" + text : text;
    }

    /// <summary>ms-swift's query, response, history and system.</summary>
    public static Conversation Parse(JsonElement row, string? system, string query, string response)
    {
        var question = ParseQuestion(row, system, query);
        Add(question.Messages, "assistant", response);
        return new Conversation(question.Messages, new float?[question.Messages.Count]) { Tools = question.Tools };
    }

    /// <summary>The same without an answer.</summary>
    public static Conversation ParseQuestion(JsonElement row, string? system, string query)
    {
        var messages = new JsonArray();
        if (!string.IsNullOrEmpty(system)) Add(messages, "system", system);
        if (row.TryGetProperty("history", out var history) && history.ValueKind != JsonValueKind.Null) AddHistory(messages, history);
        Add(messages, "user", query);
        return new Conversation(messages, new float?[messages.Count]) { Tools = MessagesSchema.Tools(row) };
    }

    private static void AddHistory(JsonArray messages, JsonElement history)
    {
        if (history.ValueKind != JsonValueKind.Array) throw new RowFormatException($"'history' must be a list of [question, answer] pairs, this is {RowSchema.Name(history.ValueKind)}");
        foreach (var round in history.EnumerateArray())
        {
            if (round.ValueKind != JsonValueKind.Array || round.GetArrayLength() != 2 || round.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.String))
                throw new RowFormatException("each round of 'history' must be [question, answer], two texts");
            Add(messages, "user", round[0].GetString()!);
            Add(messages, "assistant", round[1].GetString()!);
        }
    }

    private static void Add(JsonArray messages, string role, string content) =>
        messages.Add((JsonNode)new JsonObject { ["role"] = role, ["content"] = content });
}
