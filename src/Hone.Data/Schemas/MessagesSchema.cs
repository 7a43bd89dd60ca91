using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Data.Schemas;

/// <summary>
/// Rows with a list of messages: <c>role</c> and <c>content</c> as OpenAI and ms-swift write them, <c>from</c> and <c>value</c> as
/// ShareGPT does, or a question and its answer in one element (<c>human</c>, <c>assistant</c>).
/// </summary>
internal static class MessagesSchema
{
    private static readonly string[] Keys = ["messages", "conversations", "conversation"];

    public static bool Matches(RowColumns row) => Keys.Any(row.Has);

    public static Conversation Parse(RowColumns row)
    {
        var key = row.OneOf(Keys, "list of messages")!;
        row.TryTake(key, out var list);
        var name = row.NameOf(key);
        if (list.ValueKind == JsonValueKind.String) list = JsonNodes.Parse(list.GetString()!, $"the text in '{name}'");
        var messages = new MessageList(row.Mapping.Tags);
        var pairs = IsPairs(list, row.Mapping.Tags);
        if (pairs) ReadPairs(messages, list, name, row.Mapping.Tags);
        else ReadMessages(messages, list, name);
        if (RowSchema.SystemText(row) is { Length: > 0 } system) messages.AddSystem(system);
        var form = pairs ? $"{name} (questions with answers)" : MessageList.Key(list[0], row.Mapping.Tags.RoleKey, "role", "from") is "from" ? $"{name} (from, value)" : name;
        return RowSchema.ToConversation(row, messages) with { Form = form };
    }

    /// <summary>TRL's rows whose prompt and completion are lists of messages: nothing in the prompt is learned.</summary>
    public static Conversation ParsePromptAndCompletion(RowColumns row)
    {
        var messages = new MessageList(row.Mapping.Tags);
        row.TryTake("prompt", out var prompt);
        ReadMessages(messages, prompt, "prompt", fixedWeight: 0);
        if (row.TryTake("completion", out var completion)) ReadMessages(messages, completion, "completion");
        if (RowSchema.SystemText(row) is { Length: > 0 } system) messages.AddSystem(system);
        return RowSchema.ToConversation(row, messages) with { Form = "prompt, completion (messages)" };
    }

    private static void ReadMessages(MessageList messages, JsonElement list, string key, float? fixedWeight = null)
    {
        if (list.ValueKind != JsonValueKind.Array) throw new RowFormatException($"'{key}' must be a list, this is {RowSchema.Name(list.ValueKind)}");
        if (list.GetArrayLength() == 0) throw new RowFormatException($"'{key}' is empty");
        var number = 0;
        foreach (var message in list.EnumerateArray()) messages.Read(message, ++number, fixedWeight);
    }

    /// <summary>Whether elements have roles for keys, as in <c>{"human": …, "assistant": …}</c>.</summary>
    private static bool IsPairs(JsonElement list, MessageTags tags) =>
        list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 && list[0] is { ValueKind: JsonValueKind.Object } first
        && MessageList.Key(first, tags.RoleKey, "role", "from") is null && MessageList.Key(first, tags.ContentKey, "content", "value") is null
        && first.EnumerateObject().Any(p => MessageList.RoleOf(p.Name, tags) is "user" or "assistant");

    private static void ReadPairs(MessageList messages, JsonElement list, string key, MessageTags tags)
    {
        var number = 0;
        foreach (var pair in list.EnumerateArray())
        {
            number++;
            if (pair.ValueKind != JsonValueKind.Object) throw new RowFormatException($"round {number} of '{key}' must be an object, this is {RowSchema.Name(pair.ValueKind)}");
            var weight = LossWeights.OfMessage(pair);
            var texts = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in pair.EnumerateObject())
            {
                if (LossWeights.IsKey(property.Name) || property.Value.ValueKind == JsonValueKind.Null) continue;
                if (MessageList.RoleOf(property.Name, tags) is not ("user" or "assistant" or "system") || property.Value.ValueKind != JsonValueKind.String)
                    throw new RowFormatException($"round {number} of '{key}' has '{property.Name}'; expected the texts of human and assistant");
                if (!texts.TryAdd(MessageList.RoleOf(property.Name, tags)!, property.Value.GetString()!))
                    throw new RowFormatException($"round {number} of '{key}' has two texts for one role");
            }

            foreach (var role in (string[])["system", "user", "assistant"])
            {
                if (texts.TryGetValue(role, out var text)) messages.Add(role, text, role == "assistant" ? weight : null);
                else if (role != "system") throw new RowFormatException($"round {number} of '{key}' has no text of the {role}");
            }
        }
    }
}
