using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Hone.Data.Rendering;

/// <summary>Habits of a template that show in a small conversation, and that many rows share.</summary>
internal sealed class TemplateProbe(string[] endTokens)
{
    private const string Question = "How are you?";
    private const string Answer = "Fine.";

    /// <summary>Rows differ in few settings; a data set where each has its own must not fill the memory.</summary>
    private const int MaxKnown = 256;

    private readonly ConcurrentDictionary<string, string> starts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string?> closings = new(StringComparer.Ordinal);

    /// <summary>
    /// What the prompt of inference holds of the part that a template marks as the assistant's: a line feed behind the role, or an empty
    /// block of thoughts. Empty where the mark begins behind the prompt.
    /// </summary>
    public string PromptedStart(ConversationRendering chat) => Known(starts, chat, () =>
    {
        var prompt = chat.Render(new JsonArray(Message("user", Question)), addGenerationPrompt: true).Text;
        var answered = chat.Render(new JsonArray(Message("user", Question), Message("assistant", Answer)));
        if (answered.AssistantSpans is not [var span, ..] || prompt.Length <= span.Start) return "";
        return answered.Text.AsSpan().StartsWith(prompt.AsSpan(0, span.Start), StringComparison.Ordinal) ? prompt[span.Start..] : "";
    }) ?? "";

    /// <summary>The end token behind an answer that is followed by a question, where the template leaves out the one behind the last answer; else null.</summary>
    public string? ClosingToken(ConversationRendering chat) => Known(closings, chat, () =>
    {
        var open = chat.Render(new JsonArray(Message("user", Question), Message("assistant", Answer))).Text;
        if (End(open) is not null) return null;
        return End(chat.Render(new JsonArray(Message("user", Question), Message("assistant", Answer), Message("user", Question))).Text);
    });

    private string? End(string text)
    {
        var at = text.IndexOf(Answer, StringComparison.Ordinal);
        if (at < 0) return null;
        var rest = text[(at + Answer.Length)..].TrimStart();
        return endTokens.FirstOrDefault(t => rest.StartsWith(t, StringComparison.Ordinal));
    }

    private static T Known<T>(ConcurrentDictionary<string, T> known, ConversationRendering chat, Func<T> find)
    {
        if (known.TryGetValue(chat.Settings, out var value)) return value;
        try
        {
            value = find();
        }
        catch (HoneException e) when (e.ExitCode == ExitCode.Data)
        {
            value = default!; // a template may refuse such a conversation
        }

        if (known.Count < MaxKnown) known.TryAdd(chat.Settings, value);
        return value;
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };
}
