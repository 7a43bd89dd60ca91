using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Text.Templates;

/// <summary>
/// Ways to hand the same messages to a template. Templates don't agree whether the content beside tool calls is an empty text or
/// nothing, whether arguments are objects or their JSON, and where thoughts stand. Training and inference try the same ones in the same order.
/// </summary>
public static class MessageSpellings
{
    private static readonly JsonSerializerOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The spellings to try, the usual one first.</summary>
    /// <param name="messages">The messages, with empty content and arguments as objects.</param>
    /// <param name="source">The template.</param>
    public static IEnumerable<JsonArray> Of(JsonArray messages, string source)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(source);
        var usual = WithThoughts(messages, source);
        yield return usual;
        if (!usual.Any(m => m!["tool_calls"] is JsonArray)) yield break;
        yield return Respell(usual, isContentNull: true, isArgumentsText: false);
        yield return Respell(usual, isContentNull: false, isArgumentsText: true);
        yield return Respell(usual, isContentNull: true, isArgumentsText: true);
    }

    /// <summary>Renders a conversation in the first spelling that the template takes and writes as JSON.</summary>
    /// <exception cref="HoneException">It takes none; the failure is that of the usual one (exit code 3).</exception>
    public static RenderedChat Render(ChatTemplate template, ChatInput input)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(input);
        HoneException? first = null;
        RenderedChat? unreadable = null;
        foreach (var spelling in Of(input.Messages, template.Source))
        {
            try
            {
                var rendered = template.Render(input with { Messages = spelling });
                var calls = spelling.SelectMany(m => m!["tool_calls"] as JsonArray ?? []);
                if (!calls.Any(c => IsWrittenAsPython(rendered.Text, c!))) return rendered;
                unreadable ??= rendered;
            }
            catch (HoneException e) when (e.ExitCode == ExitCode.Data)
            {
                first ??= e;
            }
        }

        return unreadable ?? throw first!;
    }

    /// <summary>Whether a template put the arguments of a call into text as Python writes an object, which is no JSON.</summary>
    public static bool IsWrittenAsPython(ReadOnlySpan<char> text, JsonNode call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call["function"]!["arguments"] is JsonObject { Count: > 0 } arguments && text.Contains($"{{'{arguments.First().Key}':", StringComparison.Ordinal);
    }

    /// <summary>Thoughts as the template reads them: under the name it knows, or as a <c>&lt;think&gt;</c> block in the content.</summary>
    private static JsonArray WithThoughts(JsonArray messages, string source)
    {
        if (source.Contains("reasoning_content", StringComparison.Ordinal) || !messages.Any(m => ((JsonObject)m!).ContainsKey("reasoning_content"))) return messages;
        var hasName = source.Contains(".thinking", StringComparison.Ordinal) || source.Contains("'thinking'", StringComparison.Ordinal) || source.Contains("\"thinking\"", StringComparison.Ordinal);
        var result = (JsonArray)messages.DeepClone();
        foreach (var message in result.OfType<JsonObject>())
        {
            if (!message.Remove("reasoning_content", out var thoughts)) continue;
            if (hasName) message["thinking"] = thoughts;
            else message["content"] = $"<think>\n{((string)thoughts!).Trim('\n')}\n</think>\n\n{(string?)message["content"]}";
        }

        return result;
    }

    private static JsonArray Respell(JsonArray messages, bool isContentNull, bool isArgumentsText)
    {
        var result = (JsonArray)messages.DeepClone();
        foreach (var message in result.OfType<JsonObject>())
        {
            if (message["tool_calls"] is not JsonArray calls) continue;
            if (isContentNull && (string?)message["content"] is "") message["content"] = null;
            if (!isArgumentsText) continue;
            foreach (var call in calls)
            {
                if (call!["function"]!["arguments"] is JsonObject arguments) call["function"]!["arguments"] = arguments.ToJsonString(s_readable);
            }
        }

        return result;
    }
}
