using System.Text.Json.Nodes;

namespace Hone.Text.Templates;

/// <summary>What a chat template is given. Rendering reads it and never changes it.</summary>
/// <param name="Messages">The conversation: objects with <c>role</c>, <c>content</c> and whatever else the template knows.</param>
public sealed record ChatInput(JsonArray Messages)
{
    /// <summary>The tool descriptions (<c>tools</c>); null is Python's None.</summary>
    public JsonArray? Tools { get; init; }

    /// <summary>The documents of retrieval templates (<c>documents</c>); null is Python's None.</summary>
    public JsonArray? Documents { get; init; }

    /// <summary>Whether the text ends with the beginning of the next assistant turn.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Further variables, such as <c>enable_thinking</c>. They win over <see cref="ChatTemplate.DefaultVariables"/>.</summary>
    public IReadOnlyDictionary<string, JsonNode?>? Variables { get; init; }

    /// <summary>
    /// The local time that <c>strftime_now</c> formats. Null means the clock; a caller whose result must not change
    /// from day to day sets it.
    /// </summary>
    public DateTime? Now { get; init; }
}
