using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Data.Schemas;

namespace Hone.Data;

/// <summary>A row as a question to a model: the conversation up to the answer, and the answer that the row gives, if any.</summary>
/// <param name="Messages">Messages before the answer, at least one.</param>
/// <param name="Tools">Tool descriptions, or null.</param>
/// <param name="Reference">The row's own answer, which the model is not shown; null when the row has none.</param>
public sealed record PromptRow(JsonArray Messages, JsonArray? Tools, string? Reference)
{
    /// <summary>Further variables for the chat template (<c>chat_template_kwargs</c>), or null.</summary>
    public IReadOnlyDictionary<string, JsonNode?>? Variables { get; init; }


    /// <summary>Reads any row form that <see cref="RowSchema"/> knows, and those with a question only.</summary>
    /// <param name="row">The row.</param>
    /// <param name="error">Why it can't be read; null when it can.</param>
    public static PromptRow? Parse(JsonElement row, out string? error)
    {
        if (RowSchema.ParsePrompt(row, RowMapping.None, out error) is not { } conversation) return null;
        var messages = (JsonArray)conversation.Messages.DeepClone();
        string? reference = null;
        if ((string?)messages[^1]!["role"] == "assistant")
        {
            reference = messages[^1]!["content"] is JsonValue content && content.TryGetValue<string>(out var text) ? text : null;
            messages.RemoveAt(messages.Count - 1);
        }

        if (messages.Any(m => (string?)m!["role"] != "system")) return new PromptRow(messages, conversation.Tools, reference) { Variables = conversation.Variables };
        error = "the row asks nothing: it has no message before the answer";
        return null;
    }
}
