namespace Hone.Text.Templates;

/// <summary>What a chat template made of a conversation.</summary>
/// <param name="Text">The text that the model reads.</param>
/// <param name="AssistantSpans">
/// The parts of <paramref name="Text"/> that came from <c>{% generation %}</c> blocks, ascending and disjoint;
/// empty when the template has none.
/// </param>
public sealed record RenderedChat(string Text, IReadOnlyList<TextSpan> AssistantSpans);
