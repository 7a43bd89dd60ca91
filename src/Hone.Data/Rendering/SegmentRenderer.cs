using System.Text.Json.Nodes;
using Hone.Text.Templates;

namespace Hone.Data.Rendering;

/// <summary>
/// Renders a conversation with the model's own chat template and cuts the text into learned and unlearned segments.
/// Where the template marks answers itself (<c>{% generation %}</c>) those marks are used. Elsewhere each answer is rendered
/// once more between two marks that no text contains; the cut is accepted only when taking the marks out gives the plain
/// rendering back, character for character. So a mask is never guessed.
/// </summary>
public sealed class SegmentRenderer
{
    // Private-use characters around a number: no template treats them specially.
    private const char Open = '\uF8F0';
    private const char Close = '\uF8F1';

    /// <summary>What a template that asks for the date is told: samples must be the same whenever they are made.</summary>
    private static readonly DateTime Date = new(2024, 7, 26, 0, 0, 0, DateTimeKind.Unspecified);

    private readonly ChatTemplate template;
    private readonly string[] endTokens;

    /// <summary>Creates a renderer; it can be used from several threads.</summary>
    /// <param name="template">The chat template.</param>
    /// <param name="endTokens">Texts of the tokens that may end a turn, such as <c>&lt;|im_end|&gt;</c>.</param>
    public SegmentRenderer(ChatTemplate template, IEnumerable<string> endTokens)
    {
        this.template = template;
        this.endTokens = [.. endTokens.Where(t => t.Length > 0).OrderByDescending(t => t.Length).ThenBy(t => t, StringComparer.Ordinal)];
    }

    /// <summary>Which assistant turns are learned by default.</summary>
    public LossScope Scope { get; init; } = LossScope.AssistantTurns;

    /// <summary>System message for conversations without one; null leaves it to the template.</summary>
    public string? System { get; init; }

    /// <summary>The segments of a conversation, in order; together they are the rendered text.</summary>
    /// <exception cref="HoneException">The template refuses the conversation, or its answers can't be told apart (exit code 3).</exception>
    public IReadOnlyList<Segment> Render(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        var (messages, weights) = WithSystem(conversation);
        var cut = Enumerable.Range(0, messages.Count).Where(i => weights[i] != Between).ToList();
        var rendered = Render(messages, conversation.Tools);
        if (cut.Count == 0) return [new Segment(rendered.Text, Between)];
        return template.MarksAssistant && cut.TrueForAll(i => IsAssistant(messages[i]))
            ? FromMarks(rendered, messages, weights)
            : FromSpans(rendered.Text, FindAnswers(messages, conversation.Tools, rendered.Text, cut), weights);
    }

    /// <summary>Weight of the text that belongs to no cut message: the template's own, and what is weighted like it.</summary>
    private float Between => Scope == LossScope.Everything ? 1 : 0;

    private List<Segment> FromSpans(string text, List<(int Message, int Start, int End)> spans, float[] weights)
    {
        var segments = new List<Segment>();
        var at = 0;
        foreach (var (message, start, end) in spans)
        {
            if (start > at) segments.Add(new Segment(text[at..start], Between));
            if (end > start) segments.Add(new Segment(text[start..end], weights[message]));
            at = end;
        }

        if (at < text.Length) segments.Add(new Segment(text[at..], Between));
        return segments;
    }

    private static bool IsAssistant(JsonNode? message) => (string?)message!["role"] == "assistant";

    private RenderedChat Render(JsonArray messages, JsonArray? tools) => template.Render(new ChatInput(messages) { Tools = tools, Now = Date });

    private (JsonArray Messages, float[] Weights) WithSystem(Conversation conversation)
    {
        var messages = conversation.Messages;
        var given = conversation.Weights.ToList();
        if (System is not null && (string?)messages[0]!["role"] is not ("system" or "developer"))
        {
            messages = (JsonArray)messages.DeepClone();
            messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = System });
            given.Insert(0, null);
        }

        var last = messages.Count - 1;
        while (last >= 0 && !IsAssistant(messages[last])) last--;
        var weights = new float[messages.Count];
        for (var i = 0; i < weights.Length; i++)
        {
            var byDefault = Scope == LossScope.Everything || (IsAssistant(messages[i]) && (Scope != LossScope.LastTurn || i == last)) ? 1f : 0f;
            weights[i] = given[i] ?? byDefault;
        }

        return (messages, weights);
    }

    private List<Segment> FromMarks(RenderedChat rendered, JsonArray messages, float[] weights)
    {
        var turns = Enumerable.Range(0, messages.Count).Where(i => IsAssistant(messages[i])).ToList();
        if (turns.Count != rendered.AssistantSpans.Count)
            throw Unclear($"the template marks {rendered.AssistantSpans.Count} answers in a conversation with {turns.Count} assistant turns");
        return FromSpans(rendered.Text, [.. rendered.AssistantSpans.Select((s, i) => (turns[i], s.Start, s.End))], weights);
    }

    /// <summary>Start and end in the text of each message with a weight of its own, its end token included.</summary>
    private List<(int Message, int Start, int End)> FindAnswers(JsonArray messages, JsonArray? tools, string text, List<int> cut)
    {
        var marked = (JsonArray)messages.DeepClone();
        foreach (var i in cut)
        {
            if (marked[i]!["content"] is not JsonValue value || !value.TryGetValue<string>(out var content))
                throw Unclear($"message {i + 1} has a weight of its own but no text");
            marked[i]!["content"] = Open + content + Close;
        }

        var spans = Unmark(Render(marked, tools).Text, out var plain);
        if (plain != text)
        {
            // Templates that trim contents can't trim through a mark: give them trimmed contents.
            foreach (var i in cut) marked[i]!["content"] = Open + ((string)messages[i]!["content"]!).Trim() + Close;
            spans = Unmark(Render(marked, tools).Text, out plain);
        }

        if (plain != text || spans.Count != cut.Count)
            throw Unclear("the template rewrites the answers, so what is learned can't be told from what is given");
        return [.. spans.Select((s, n) => (cut[n], s.Start, WithEndToken(text, s.End)))];
    }

    private static List<(int Start, int End)> Unmark(string marked, out string plain)
    {
        var result = new global::System.Text.StringBuilder(marked.Length);
        var spans = new List<(int, int)>();
        var start = -1;
        foreach (var ch in marked)
        {
            if (ch == Open)
            {
                start = result.Length;
            }
            else if (ch == Close && start >= 0)
            {
                spans.Add((start, result.Length));
                start = -1;
            }
            else
            {
                result.Append(ch);
            }
        }

        plain = result.ToString();
        return spans;
    }

    /// <summary>The answer's end, moved behind the token that ends the turn when it follows at once or after blanks.</summary>
    private int WithEndToken(string text, int end)
    {
        var next = end;
        while (next < text.Length && (text[next] is ' ' or '\n')) next++;
        foreach (var token in endTokens)
        {
            if (string.CompareOrdinal(text, next, token, 0, token.Length) == 0) return next + token.Length;
        }

        return end;
    }

    private static HoneException Unclear(string what) => new(ExitCode.Data, what, null,
        "Use a template with {% generation %} blocks, or rows with input_ids and labels.");
}
