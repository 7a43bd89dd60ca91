using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Data.Schemas;

/// <summary>Reads messages of any form one by one into a conversation's.</summary>
internal sealed class MessageList(MessageTags tags)
{
    private const string ToolCall = "tool_call";

    private static readonly Dictionary<string, string> Roles = new(StringComparer.Ordinal)
    {
        ["system"] = "system",
        ["developer"] = "developer",
        ["user"] = "user",
        ["human"] = "user",
        ["assistant"] = "assistant",
        ["gpt"] = "assistant",
        ["bot"] = "assistant",
        ["model"] = "assistant",
        ["tool"] = "tool",
        ["function"] = "tool",
        ["tool_response"] = "tool",
        ["function_response"] = "tool",
        ["observation"] = "tool",
        ["observations"] = "tool",
        ["tool_call"] = ToolCall,
        ["function_call"] = ToolCall,
    };

    private static readonly string[] ReasoningKeys = ["reasoning_content", "reasoning", "thinking"];

    public JsonArray Messages { get; } = [];

    public List<float?> Weights { get; } = [];

    /// <summary>Adds a message of which the row says no more than this.</summary>
    public void Add(string role, string content, float? weight = null) =>
        Add(new JsonObject { ["role"] = role, ["content"] = content }, weight);

    /// <summary>Adds what an element of a list of messages says.</summary>
    /// <param name="message">The element.</param>
    /// <param name="number">Its number, from 1, for errors.</param>
    /// <param name="fixedWeight">Its weight, whatever it says itself; null leaves it to the message.</param>
    public void Read(JsonElement message, int number, float? fixedWeight = null)
    {
        if (message.ValueKind != JsonValueKind.Object) throw new RowFormatException($"message {number} must be an object, this is {RowSchema.Name(message.ValueKind)}");
        var roleKey = Key(message, tags.RoleKey, "role", "from");
        var contentKey = Key(message, tags.ContentKey, "content", "value");
        var role = Role(message, roleKey, number);
        var where = $"message {number} ({role})";
        var weight = fixedWeight ?? LossWeights.OfMessage(message);
        var value = contentKey is not null && message.TryGetProperty(contentKey, out var v) ? v : default;
        if (role == ToolCall)
        {
            if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) throw new RowFormatException($"{where} has no text in 'content'");
            AddCalls([.. ToolSchema.Calls(value, where)], weight);
            return;
        }

        // A tool may answer with an object; templates put texts in.
        var content = role == "tool" && value.ValueKind == JsonValueKind.Object
            ? MessageContent.OfText(value.GetRawText())
            : MessageContent.Of(value, where);
        foreach (var (id, text) in content.Results) AddResult(id, text, weight);
        if (content.Results.Count > 0 && content.Text is null && content.Calls.Count == 0) return;
        var result = new JsonObject { ["role"] = role, ["content"] = content.Text };
        AddExtras(result, message, roleKey, contentKey, where);
        if (content.Reasoning is { } reasoning) result["reasoning_content"] = reasoning;
        if (content.Calls.Count > 0) AppendCalls(result, content.Calls);
        if (result.ContainsKey("tool_calls")) result["content"] ??= "";
        else if (content.Text is null && !(role == "assistant" && result.ContainsKey("reasoning_content")))
            throw new RowFormatException($"{where} has no text in 'content'" + (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? "" : $", but {RowSchema.Name(value.ValueKind)}"));
        result["content"] ??= "";
        if (role != "assistant" && result.ContainsKey("tool_calls")) throw new RowFormatException($"{where} calls tools, which only the assistant does");
        Add(result, weight);
    }

    /// <summary>Puts the row's system text in front, unless the messages begin with the same one.</summary>
    public void AddSystem(string system)
    {
        if (Messages.Count > 0 && (string?)Messages[0]!["role"] is "system" or "developer")
        {
            if ((string?)Messages[0]!["content"] == system) return;
            throw new RowFormatException("the row has a system text beside a different system message; keep one of them");
        }

        Messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = system });
        Weights.Insert(0, null);
    }

    /// <summary>The key that stands for the role or the content in a message, or null.</summary>
    public static string? Key(JsonElement message, string? given, string plain, string shareGpt)
    {
        if (given is not null) return message.TryGetProperty(given, out _) ? given : null;
        return message.TryGetProperty(plain, out _) ? plain : message.TryGetProperty(shareGpt, out _) ? shareGpt : null;
    }

    /// <summary>The role that a word stands for, or null.</summary>
    public static string? RoleOf(string word, MessageTags tags) =>
        tags.Roles.GetValueOrDefault(word) ?? Roles.GetValueOrDefault(word) ?? Roles.GetValueOrDefault(word.Replace('-', '_').ToLowerInvariant());

    private string Role(JsonElement message, string? key, int number)
    {
        if (key is null || !message.TryGetProperty(key, out var value) || value.ValueKind != JsonValueKind.String)
            throw new RowFormatException($"message {number} has no '{tags.RoleKey ?? "role"}'");
        var word = value.GetString()!;
        return RoleOf(word, tags) ?? throw new RowFormatException(
            $"message {number} has the unknown role '{(word.Length > 40 ? word[..40] + "…" : word)}'; known: system, user, assistant, tool, tool_call");
    }

    /// <summary>What else stands in the message goes to the template as it is, but for weights and what is read here.</summary>
    private static void AddExtras(JsonObject result, JsonElement message, string? roleKey, string? contentKey, string where)
    {
        foreach (var property in message.EnumerateObject())
        {
            var (name, value) = (property.Name, property.Value);
            if (name == roleKey || name == contentKey || value.ValueKind == JsonValueKind.Null || LossWeights.IsKey(name) || name is "role" or "content") continue;
            if (ReasoningKeys.Contains(name))
            {
                if (value.ValueKind != JsonValueKind.String) throw new RowFormatException($"'{name}' of {where} must be a text, this is {RowSchema.Name(value.ValueKind)}");
                if (value.GetString()!.Length > 0) result["reasoning_content"] = value.GetString();
            }
            else if (name is "tool_calls" or "function_call")
            {
                AppendCalls(result, ToolSchema.Calls(value, where));
            }
            else
            {
                result[name] = JsonNodes.Of(value);
            }
        }
    }

    /// <summary>Calls that follow the assistant's words, or other calls, belong to the same turn.</summary>
    private void AddCalls(List<JsonObject> calls, float? weight)
    {
        if (Messages.Count > 0 && Messages[^1] is JsonObject last && (string?)last["role"] == "assistant" && Weights[^1] == weight)
        {
            AppendCalls(last, calls);
            return;
        }

        var message = new JsonObject { ["role"] = "assistant", ["content"] = "" };
        AppendCalls(message, calls);
        Add(message, weight);
    }

    private static void AppendCalls(JsonObject message, IEnumerable<JsonObject> calls)
    {
        var all = calls.ToList();
        if (all.Count == 0) return;
        if (message["tool_calls"] is not JsonArray list) message["tool_calls"] = list = [];
        foreach (var call in all) list.Add((JsonNode)call);
    }

    private void AddResult(string? id, string text, float? weight)
    {
        var message = new JsonObject { ["role"] = "tool", ["content"] = text };
        if (id is not null) message["tool_call_id"] = id;
        Add(message, weight);
    }

    private void Add(JsonObject message, float? weight)
    {
        Messages.Add((JsonNode)message);
        Weights.Add(weight);
    }
}
