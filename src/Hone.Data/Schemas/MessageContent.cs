using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Data.Schemas;

/// <summary>What a message says, taken apart: its text, its reasoning, tools it calls, and results of tools that it brings.</summary>
internal sealed class MessageContent
{
    private readonly StringBuilder text = new();
    private readonly StringBuilder reasoning = new();

    /// <summary>The text, or null when there is none at all.</summary>
    public string? Text { get; private set; }

    public string? Reasoning => reasoning.Length > 0 ? reasoning.ToString() : null;

    public List<JsonObject> Calls { get; } = [];

    public List<(string? Id, string Text)> Results { get; } = [];

    /// <summary>A text alone.</summary>
    public static MessageContent OfText(string text) => new() { Text = text };

    /// <summary>Reads a text, or a list of parts as OpenAI, Anthropic and LLaMA-Factory write it.</summary>
    /// <param name="content">The value of <c>content</c>.</param>
    /// <param name="where">Which message, for errors.</param>
    public static MessageContent Of(JsonElement content, string where)
    {
        var result = new MessageContent();
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                result.Text = content.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var part in content.EnumerateArray()) result.AddPart(part, where);
                result.Text = result.text.Length > 0 || content.GetArrayLength() == 0 ? result.text.ToString() : null;
                break;
        }

        return result;
    }

    private void AddPart(JsonElement part, string where)
    {
        if (part.ValueKind == JsonValueKind.String)
        {
            text.Append(part.GetString());
            return;
        }

        var type = part.ValueKind == JsonValueKind.Object && part.TryGetProperty("type", out var t) && t.ValueKind == JsonValueKind.String ? t.GetString()! : null;
        if (type is null) throw new RowFormatException($"a part of the content of {where} has no 'type'");
        if (part.TryGetProperty("train", out _) || part.TryGetProperty("weight", out _))
            throw new RowFormatException($"a part of the content of {where} has a weight: a whole message has one, or use segments");
        switch (type)
        {
            case "text" or "output_text" or "input_text":
                text.Append(Value(part, where, "text", "value"));
                break;
            case "reasoning" or "thinking":
                reasoning.Append(Value(part, where, "value", "thinking", "text", "reasoning"));
                break;
            case "tool_call" or "tool_calls":
                Calls.AddRange(ToolSchema.Calls(part.TryGetProperty("value", out var call) ? call : part, where));
                break;
            case "tool_use":
                Calls.AddRange(ToolSchema.Calls(part, where));
                break;
            case "tool_result":
                Results.Add((part.TryGetProperty("tool_use_id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null, Result(part, where)));
                break;
            default:
                throw new RowFormatException(type.Contains("image", StringComparison.Ordinal) || type.Contains("video", StringComparison.Ordinal) || type.Contains("audio", StringComparison.Ordinal)
                    ? $"{where} has a part of type '{type}': images, video and audio are not supported"
                    : $"{where} has a part of the unknown type '{type}'; known: text, reasoning, tool_call, tool_use, tool_result");
        }
    }

    private static string Result(JsonElement part, string where)
    {
        if (!part.TryGetProperty("content", out var content)) return "";
        var result = Of(content, where);
        return result.Calls.Count == 0 && result.Results.Count == 0 && result.Reasoning is null ? result.Text ?? ""
            : throw new RowFormatException($"the tool result in {where} holds more than text");
    }

    private static string Value(JsonElement part, string where, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (part.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String) return value.GetString()!;
        }

        throw new RowFormatException($"a part of the content of {where} has no text in '{keys[0]}'");
    }
}
