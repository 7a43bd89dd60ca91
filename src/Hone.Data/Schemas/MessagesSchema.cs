using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Data.Schemas;

/// <summary>
/// Rows with a list of messages: <c>role</c> and <c>content</c> as OpenAI and ms-swift write them, or <c>from</c> and
/// <c>value</c> as ShareGPT does. <c>loss</c> (true or false) and <c>loss_scale</c> (a number) set the weight of one message.
/// </summary>
internal static class MessagesSchema
{
    private static readonly Dictionary<string, string> Roles = new(StringComparer.Ordinal)
    {
        ["human"] = "user",
        ["gpt"] = "assistant",
        ["bot"] = "assistant",
        ["model"] = "assistant",
        ["observation"] = "tool",
        ["tool_response"] = "tool",
    };

    private static readonly HashSet<string> KnownRoles = ["system", "developer", "user", "assistant", "tool"];

    public static Conversation Parse(JsonElement row, JsonElement list, string key)
    {
        if (list.ValueKind != JsonValueKind.Array) throw new RowFormatException($"'{key}' must be a list, this is {RowSchema.Name(list.ValueKind)}");
        if (list.GetArrayLength() == 0) throw new RowFormatException($"'{key}' is empty");
        var messages = new JsonArray();
        var weights = new List<float?>();
        foreach (var message in list.EnumerateArray())
        {
            messages.Add((JsonNode)ParseMessage(message, messages.Count + 1));
            weights.Add(Weight(message));
        }

        if (RowSchema.SystemText(row) is { Length: > 0 } system) AddSystem(messages, weights, system);
        return new Conversation(messages, weights) { Tools = Tools(row) };
    }

    /// <summary>Puts the row's system text in front, unless the messages begin with the same one.</summary>
    private static void AddSystem(JsonArray messages, List<float?> weights, string system)
    {
        if ((string?)messages[0]!["role"] is "system" or "developer")
        {
            if (messages[0]!["content"] is JsonValue content && content.TryGetValue<string>(out var own) && own == system) return;
            throw new RowFormatException("the row has a system text beside a different system message; keep one of them");
        }

        messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = system });
        weights.Insert(0, null);
    }

    private static JsonObject ParseMessage(JsonElement message, int number)
    {
        if (message.ValueKind != JsonValueKind.Object) throw new RowFormatException($"message {number} must be an object, this is {RowSchema.Name(message.ValueKind)}");
        var result = (JsonObject)JsonNode.Parse(message.GetRawText(), documentOptions: new JsonDocumentOptions { MaxDepth = 256 })!;
        Rename(result, "from", "role");
        Rename(result, "value", "content");
        result.Remove("loss");
        result.Remove("loss_scale");
        if (result["role"] is not JsonValue roleValue || !roleValue.TryGetValue<string>(out var role))
            throw new RowFormatException($"message {number} has no 'role'");
        role = Roles.GetValueOrDefault(role, role);
        if (!KnownRoles.Contains(role))
            throw new RowFormatException($"message {number} has the unknown role '{role}'; known: system, user, assistant, tool");
        result["role"] = role;
        var isText = result["content"] is JsonValue content && content.TryGetValue<string>(out _);
        if (!isText && result["content"] is not JsonArray && !result.ContainsKey("tool_calls"))
            throw new RowFormatException($"message {number} ({role}) has no text in 'content'");
        return result;
    }

    private static void Rename(JsonObject message, string from, string to)
    {
        if (message.ContainsKey(to) || !message.TryGetPropertyValue(from, out var value)) return;
        message.Remove(from);
        message[to] = value;
    }

    private static float? Weight(JsonElement message)
    {
        if (message.TryGetProperty("loss_scale", out var scale) && scale.ValueKind != JsonValueKind.Null)
        {
            if (scale.ValueKind != JsonValueKind.Number || !scale.TryGetSingle(out var weight))
                throw new RowFormatException($"'loss_scale' must be a number, this is {RowSchema.Name(scale.ValueKind)}");
            return weight is >= 0 and < 1e6f ? weight : throw new RowFormatException($"loss_scale {weight} is not a weight from 0 up");
        }

        if (!message.TryGetProperty("loss", out var loss) || loss.ValueKind == JsonValueKind.Null) return null;
        return loss.ValueKind switch
        {
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            _ => throw new RowFormatException($"'loss' must be true or false, this is {RowSchema.Name(loss.ValueKind)}"),
        };
    }

    /// <summary>Tool descriptions: a list, or the text of one as ShareGPT files have it.</summary>
    public static JsonArray? Tools(JsonElement row)
    {
        if (!row.TryGetProperty("tools", out var tools) || tools.ValueKind == JsonValueKind.Null) return null;
        var text = tools.ValueKind == JsonValueKind.String ? tools.GetString()! : tools.GetRawText();
        if (text.Length == 0) return null;
        try
        {
            return JsonNode.Parse(text) as JsonArray is { } list
                ? list.Count > 0 ? list : null
                : throw new RowFormatException("'tools' must be a list of tool descriptions");
        }
        catch (JsonException)
        {
            throw new RowFormatException("the text in 'tools' is no JSON");
        }
    }
}
