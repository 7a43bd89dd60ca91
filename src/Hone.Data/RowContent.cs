using System.Text.Json.Nodes;

namespace Hone.Data;

/// <summary>What a row says, whatever form it was written in.</summary>
public abstract record RowContent;

/// <summary>A conversation.</summary>
/// <param name="Messages">
/// Messages as chat templates take them: <c>role</c>, <c>content</c>, and whatever else the row gives (tool calls,
/// reasoning).
/// </param>
/// <param name="Weights">
/// For each message: how much its tokens are learned. Null leaves it to the loss scope (assistant turns by default).
/// </param>
public sealed record Conversation(JsonArray Messages, IReadOnlyList<float?> Weights) : RowContent
{
    /// <summary>Tool descriptions, or null.</summary>
    public JsonArray? Tools { get; init; }
}

/// <summary>Plain text: every token is learned, and an end token follows.</summary>
/// <param name="Text">The text.</param>
public sealed record PlainText(string Text) : RowContent;

/// <summary>A row that is tokens already.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="LossWeights">1 where the row's label is the token, 0 where it is −100.</param>
public sealed record Pretokenized(int[] Ids, float[] LossWeights) : RowContent;
