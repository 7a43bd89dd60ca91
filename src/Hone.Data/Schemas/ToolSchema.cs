using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Data.Schemas;

/// <summary>Tool descriptions and tool calls, in OpenAI's form whatever form the row has: the one that chat templates read.</summary>
internal static class ToolSchema
{
    /// <summary>
    /// Tool descriptions: a list, one tool, or the text of either as ShareGPT files have it. A bare description is put into
    /// <c>{"type": "function", "function": …}</c>.
    /// </summary>
    public static JsonArray? Tools(RowColumns row)
    {
        if (!row.TryTake("tools", out var tools)) return null;
        if (tools.ValueKind == JsonValueKind.String)
        {
            if (string.IsNullOrWhiteSpace(tools.GetString())) return null;
            tools = JsonNodes.Parse(tools.GetString()!, "the text in 'tools'");
        }

        var list = tools.ValueKind switch
        {
            JsonValueKind.Array => tools.EnumerateArray().Select(Tool).ToArray(),
            JsonValueKind.Object => [Tool(tools)],
            _ => throw new RowFormatException("'tools' must be a list of tool descriptions"),
        };
        return list.Length > 0 ? new JsonArray(list) : null;
    }

    /// <summary>Calls that stand as <c>tool_calls</c>, in the text of a tool-call message, or in a part of a content list.</summary>
    /// <param name="value">One call or a list, or the text of either.</param>
    /// <param name="where">Where they stand, for messages.</param>
    public static IEnumerable<JsonObject> Calls(JsonElement value, string where)
    {
        if (value.ValueKind == JsonValueKind.String) value = JsonNodes.Parse(value.GetString()!, $"the tool call in {where}");
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(c => Call(c, where)) : [Call(value, where)];
    }

    private static JsonNode Tool(JsonElement tool)
    {
        if (tool.ValueKind == JsonValueKind.String) tool = JsonNodes.Parse(tool.GetString()!, "a text in 'tools'");
        if (tool.ValueKind != JsonValueKind.Object) throw new RowFormatException($"a tool description must be an object, this is {RowSchema.Name(tool.ValueKind)}");
        var node = JsonNodes.Of(tool)!;
        return tool.TryGetProperty("type", out _) || !tool.TryGetProperty("name", out _) ? node : new JsonObject { ["type"] = "function", ["function"] = node };
    }

    private static JsonObject Call(JsonElement call, string where)
    {
        if (call.ValueKind == JsonValueKind.String) call = JsonNodes.Parse(call.GetString()!, $"the tool call in {where}");
        if (call.ValueKind != JsonValueKind.Object) throw new RowFormatException($"the tool call in {where} must be an object, this is {RowSchema.Name(call.ValueKind)}");
        var function = call.TryGetProperty("function", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : call;
        if (!function.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String || name.GetString()!.Length == 0)
            throw new RowFormatException($"the tool call in {where} has no 'name'");
        var result = new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = name.GetString(), ["arguments"] = Arguments(function) },
        };
        if (call.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String) result["id"] = id.GetString();
        return result;
    }

    /// <summary>Arguments as an object; OpenAI writes them as its text, Anthropic calls them <c>input</c>, Llama <c>parameters</c>.</summary>
    private static JsonNode Arguments(JsonElement function)
    {
        foreach (var key in (string[])["arguments", "parameters", "input"])
        {
            if (!function.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null) continue;
            if (value.ValueKind != JsonValueKind.String) return JsonNodes.Of(value)!;
            var text = value.GetString()!;
            if (text.Length == 0) break;
            try
            {
                var parsed = JsonNodes.Parse(text, key);
                return parsed.ValueKind == JsonValueKind.Object ? JsonNodes.Of(parsed)! : JsonValue.Create(text)!;
            }
            catch (RowFormatException)
            {
                return JsonValue.Create(text)!; // a tool may take plain text
            }
        }

        return new JsonObject();
    }
}
