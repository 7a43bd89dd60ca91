using System.Text.Json.Nodes;
using Hone.Text.Templates;

namespace Hone.Data.Rendering;

/// <summary>
/// Renders a conversation with the model's own chat template and cuts the text into learned and unlearned segments.
/// Where the template marks answers itself (<c>{% generation %}</c>) those marks are used; elsewhere <see cref="TurnFinder"/>
/// finds them, or the conversation is refused. So a mask is never guessed, and nothing that a row says is lost in silence.
/// </summary>
public sealed class SegmentRenderer
{
    private readonly ChatTemplate template;
    private readonly string[] endTokens;
    private readonly TurnFinder finder;
    private readonly SpeechFinder speeches = new();
    private readonly TemplateProbe probe;

    /// <summary>Creates a renderer; it can be used from several threads.</summary>
    /// <param name="template">The chat template.</param>
    /// <param name="endTokens">Texts of the tokens that may end a turn, such as <c>&lt;|im_end|&gt;</c>.</param>
    public SegmentRenderer(ChatTemplate template, IEnumerable<string> endTokens)
    {
        this.template = template;
        this.endTokens = [.. endTokens.Where(t => t.Length > 0).OrderByDescending(t => t.Length).ThenBy(t => t, StringComparer.Ordinal)];
        finder = new TurnFinder(this.endTokens);
        probe = new TemplateProbe(this.endTokens);
    }

    /// <summary>Which assistant turns are learned by default.</summary>
    public LossScope Scope { get; init; } = LossScope.AssistantTurns;

    /// <summary>What weighs more or less inside answers that have no weight of their own.</summary>
    public IReadOnlyList<LossRule> Rules { get; init; } = [];

    /// <summary>System message for conversations without one; null leaves it to the template.</summary>
    public string? System { get; init; }

    /// <summary>The segments of a conversation, in order; together they are the rendered text.</summary>
    /// <exception cref="HoneException">The template refuses the conversation, or its answers can't be told apart (exit code 3).</exception>
    public IReadOnlyList<Segment> Render(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        if (conversation.Tools is not null && !template.Source.Contains("tools", StringComparison.Ordinal))
            throw new HoneException(ExitCode.Data, "the row has tools, which the chat template does not write; leave them out, or choose one that does, such as qwen2_5 or llama3_2, with --template");
        var (messages, weights) = WithSystem(conversation);
        HoneException? first = null;
        foreach (var spelling in MessageSpellings.Of(messages, template.Source))
        {
            try
            {
                return Render(new ConversationRendering(template, spelling, conversation), weights);
            }
            catch (HoneException e) when (e.ExitCode == ExitCode.Data)
            {
                first ??= e;
            }
        }

        throw first!;
    }

    internal static HoneException Unclear(string what) => new(ExitCode.Data, what, null,
        "Use a template with {% generation %} blocks, or rows with input_ids and labels.");

    /// <summary>Weight of the text that belongs to no message of its own: the template's, and what is weighted like it.</summary>
    private float Between => Scope == LossScope.Everything ? 1 : 0;

    private List<Segment> Render(ConversationRendering chat, MessageWeight[] weights)
    {
        var messages = chat.Messages;
        var cut = Enumerable.Range(0, messages.Count)
            .Where(i => weights[i].Weight != Between || (Rules.Count > 0 && weights[i] is { IsOwn: false, Weight: > 0 } && IsAssistant(messages[i]))).ToList();
        var rendered = chat.Render(messages);
        var text = rendered.Text;
        Dictionary<int, (int Start, int End)>? texts = null;
        var spans = cut.Count == 0 ? [] : template.MarksAssistant && cut.TrueForAll(i => IsAssistant(messages[i]))
            ? FromMarks(chat, rendered) : finder.Find(chat, text, cut, out texts);
        texts ??= speeches.Find(chat, text);
        var speech = new Queue<TurnSpan>(texts.Select(t => new TurnSpan(t.Key, t.Value.Start, t.Value.End, t.Value.End)).OrderBy(t => t.Start));
        var segments = new List<Segment>();
        var at = 0;
        foreach (var span in spans)
        {
            AddBetween(segments, text, at, span.Start, speech, messages);
            AddTurn(segments, text, span, weights[span.Message], RoleOf(messages[span.Message]));
            at = span.End;
        }

        AddBetween(segments, text, at, text.Length, speech, messages);
        if (spans.Count > 0 && spans[^1].Message == messages.Count - 1 && probe.ClosingToken(chat) is { } close) Close(segments, close, weights[^1].Weight);
        return segments;
    }

    /// <summary>Some templates leave the last answer open, for the model to go on; its end must be learned all the same.</summary>
    private void Close(List<Segment> segments, string close, float weight)
    {
        if (weight <= 0 || segments[^1].Weight <= 0 || endTokens.Any(t => segments[^1].Text.TrimEnd().EndsWith(t, StringComparison.Ordinal))) return;
        segments.Add(new Segment(close, weight, Continues: true, segments[^1].Role));
    }

    /// <summary>What stands between turns: texts of messages, and around them what the template writes.</summary>
    private void AddBetween(List<Segment> segments, string text, int start, int end, Queue<TurnSpan> speech, JsonArray messages)
    {
        var first = segments.Count;
        while (speech.TryPeek(out var next) && next.Start < end)
        {
            speech.Dequeue();
            if (next.Start < start || next.End > end) continue; // inside a turn
            Add(next.Start, SegmentRole.Template);
            Add(next.End, RoleOf(messages[next.Message]));
        }

        Add(end, SegmentRole.Template);

        void Add(int to, SegmentRole role)
        {
            if (to > start) segments.Add(new Segment(text[start..to], Between, Continues: segments.Count > first, role));
            start = to;
        }
    }

    private void AddTurn(List<Segment> segments, string text, TurnSpan span, MessageWeight weight, SegmentRole role)
    {
        if (span.End == span.Start) return;
        var (start, first) = (span.Start, segments.Count);
        if (!weight.IsOwn && Rules.Count > 0)
        {
            foreach (var (length, factor) in LossRules.Apply(text.AsSpan(start, span.BodyEnd - start), Rules))
            {
                segments.Add(new Segment(text.Substring(start, length), weight.Weight * factor, Continues: segments.Count > first, role));
                start += length;
            }
        }

        // The end token has the weight of the turn, whatever its last words weigh.
        if (start >= span.End) return;
        if (segments.Count > first && segments[^1].Weight == weight.Weight) segments[^1] = segments[^1] with { Text = segments[^1].Text + text[start..span.End] };
        else segments.Add(new Segment(text[start..span.End], weight.Weight, Continues: segments.Count > first, role));
    }

    private static SegmentRole RoleOf(JsonNode? message) => (string?)message!["role"] switch
    {
        "system" or "developer" => SegmentRole.System,
        "assistant" => SegmentRole.Assistant,
        "tool" => SegmentRole.Tool,
        _ => SegmentRole.User,
    };

    private static bool IsAssistant(JsonNode? message) => (string?)message!["role"] == "assistant";

    private (JsonArray Messages, MessageWeight[] Weights) WithSystem(Conversation conversation)
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
        var weights = new MessageWeight[messages.Count];
        for (var i = 0; i < weights.Length; i++)
        {
            var byDefault = Scope == LossScope.Everything || (IsAssistant(messages[i]) && (Scope != LossScope.LastTurn || i == last)) ? 1f : 0f;
            weights[i] = new MessageWeight(given[i] ?? byDefault, given[i] is not null);
        }

        return (messages, weights);
    }

    private List<TurnSpan> FromMarks(ConversationRendering chat, RenderedChat rendered)
    {
        var messages = chat.Messages;
        var turns = Enumerable.Range(0, messages.Count).Where(i => IsAssistant(messages[i])).ToList();
        if (turns.Count != rendered.AssistantSpans.Count)
            throw Unclear($"the template marks {rendered.AssistantSpans.Count} answers in a conversation with {turns.Count} assistant turns");
        // A mark may hold what inference puts there itself: the answer begins behind it.
        var prompted = probe.PromptedStart(chat);
        return [.. rendered.AssistantSpans.Select((s, i) => new TurnSpan(turns[i], Start(s), BodyEnd(rendered.Text, s), s.End))];

        int Start(TextSpan span) => rendered.Text.AsSpan(span.Start, span.End - span.Start).StartsWith(prompted, StringComparison.Ordinal) ? span.Start + prompted.Length : span.Start;
    }

    /// <summary>Where a marked answer ends but for its end token and white space around it.</summary>
    private int BodyEnd(string text, TextSpan span)
    {
        var body = text.AsSpan(span.Start, span.End - span.Start).TrimEnd();
        foreach (var token in endTokens)
        {
            if (body.EndsWith(token, StringComparison.Ordinal)) return span.Start + body.Length - token.Length;
        }

        return span.End;
    }

    /// <param name="Weight">How much a message is learned.</param>
    /// <param name="IsOwn">Whether the row says so.</param>
    private readonly record struct MessageWeight(float Weight, bool IsOwn);
}
