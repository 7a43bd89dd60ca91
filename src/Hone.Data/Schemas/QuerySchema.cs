using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Data.Schemas;

/// <summary>Rows with a question and an answer in columns of their own, and earlier rounds in <c>history</c>.</summary>
internal static class QuerySchema
{
    /// <summary>Alpaca: the question is the instruction, and below it the input if there is one.</summary>
    public static Conversation ParseAlpaca(JsonElement row, string? system)
    {
        var query = RowSchema.RequireText(row, "instruction");
        if (row.TryGetProperty("input", out var input) && input.ValueKind != JsonValueKind.Null)
        {
            var text = RowSchema.RequireText(row, "input");
            if (text.Length > 0) query = query.Length > 0 ? query + "\n" + text : text;
        }

        return Parse(row, system, query, RowSchema.RequireText(row, "output"));
    }

    /// <summary>ms-swift's query, response, history and system.</summary>
    public static Conversation Parse(JsonElement row, string? system, string query, string response)
    {
        var messages = new JsonArray();
        if (!string.IsNullOrEmpty(system)) Add(messages, "system", system);
        if (row.TryGetProperty("history", out var history) && history.ValueKind != JsonValueKind.Null) AddHistory(messages, history);
        Add(messages, "user", query);
        Add(messages, "assistant", response);
        return new Conversation(messages, new float?[messages.Count]);
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
