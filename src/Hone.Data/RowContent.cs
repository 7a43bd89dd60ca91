using System.Text.Json.Nodes;
using Hone.Data.Rendering;

namespace Hone.Data;

/// <summary>What a row says, whatever form it was written in.</summary>
public abstract record RowContent
{
    /// <summary>The row's own weight: the weights of all its tokens are multiplied by it.</summary>
    public float Weight { get; init; } = 1;

    /// <summary>The group of rows that it says it belongs to, or null.</summary>
    public string? Channel { get; init; }

    /// <summary>How the row was understood, for people: <c>instruction + input → output</c>.</summary>
    public string Form { get; init; } = "";

    /// <summary>Columns that have a value and no meaning here.</summary>
    public IReadOnlyList<string> UnusedColumns { get; init; } = [];
}

/// <summary>A conversation.</summary>
/// <param name="Messages">
/// Messages as chat templates take them: <c>role</c> (system, developer, user, assistant, tool), <c>content</c> (a text; null only
/// beside tool calls), <c>tool_calls</c> (OpenAI's form, arguments as objects), <c>reasoning_content</c>, and whatever else the row
/// gives.
/// </param>
/// <param name="Weights">
/// For each message: how much its tokens are learned. Null leaves it to the loss scope (assistant turns by default).
/// </param>
public sealed record Conversation(JsonArray Messages, IReadOnlyList<float?> Weights) : RowContent
{
    /// <summary>Tool descriptions in OpenAI's form, or null.</summary>
    public JsonArray? Tools { get; init; }

    /// <summary>Further variables for the chat template (<c>chat_template_kwargs</c>), or null.</summary>
    public IReadOnlyDictionary<string, JsonNode?>? Variables { get; init; }
}

/// <summary>Plain text: every token is learned, and an end token follows.</summary>
/// <param name="Text">The text.</param>
public sealed record PlainText(string Text) : RowContent;

/// <summary>Text with weights, which no template touches and to which nothing is added.</summary>
/// <param name="Segments">The stretches of text, in order.</param>
public sealed record SegmentedText(IReadOnlyList<Segment> Segments) : RowContent;

/// <summary>A row that is tokens already.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="LossWeights">The weight of learning each token: 0 where the row's label is −100, else 1 or what the row says.</param>
public sealed record Pretokenized(int[] Ids, float[] LossWeights) : RowContent;
