using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Text.Templates;

namespace Hone.Data.Rendering;

/// <summary>One conversation with one template: renders it, and its beginnings, within a bound.</summary>
internal sealed class ConversationRendering(ChatTemplate template, JsonArray messages, Conversation conversation)
{
    /// <summary>Characters that may be rendered to tell the answers of one conversation apart.</summary>
    private const long MaxCharacters = 1L << 29;

    /// <summary>What a template that asks for the date is told: samples must be the same whenever they are made.</summary>
    internal static readonly DateTime Date = new(2024, 7, 26, 0, 0, 0, DateTimeKind.Unspecified);

    private long characters;

    public JsonArray Messages => messages;

    /// <summary>Whether the template knows how to ask for an answer.</summary>
    public bool HasPrompt { get; } = template.Source.Contains("add_generation_prompt", StringComparison.Ordinal);

    /// <summary>What besides the messages may change how the template asks for an answer.</summary>
    public string Settings { get; } = (conversation.Tools is null ? "" : "tools") + (conversation.Variables is null ? "" : JsonSerializer.Serialize(conversation.Variables));

    /// <summary>Renders messages with the conversation's tools and variables.</summary>
    /// <param name="input">All messages, the first of them, or marked ones.</param>
    /// <param name="addGenerationPrompt">Whether the next answer is asked for.</param>
    public RenderedChat Render(JsonArray input, bool addGenerationPrompt = false)
    {
        var result = template.Render(new ChatInput(input)
        {
            Tools = conversation.Tools,
            Variables = conversation.Variables,
            Now = Date,
            AddGenerationPrompt = addGenerationPrompt,
        });
        characters += result.Text.Length;
        return characters <= MaxCharacters ? result : throw SegmentRenderer.Unclear("the conversation is too long to tell its answers apart");
    }
}
