using System.Text.Json.Nodes;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Rendering;

/// <summary>
/// Proves of a conversation that training sees what inference sees: its segments are the tokens of the whole rendering, every answer is
/// learned with its end token, and what stands before an answer is the prompt with which inference asks for it.
/// </summary>
public sealed class TemplateCheck
{
    /// <summary>Answers of a conversation up to which the prompt of each is looked at.</summary>
    private const int MostPrompts = 64;

    private readonly ChatTemplate template;
    private readonly ChatTemplate? own;
    private readonly Tokenizer tokenizer;
    private readonly SegmentTokenizer segmentTokenizer;
    private readonly SegmentRenderer renderer;
    private readonly string[] endTexts;

    /// <summary>Creates a check; it can be used from several threads.</summary>
    /// <param name="template">The template that is to be used.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="endTokens">Ids of the tokens that may end a turn.</param>
    /// <param name="own">The model's own template, when another one is to be used: their tokens are compared.</param>
    public TemplateCheck(ChatTemplate template, Tokenizer tokenizer, IReadOnlyList<int> endTokens, ChatTemplate? own = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(endTokens);
        this.template = template;
        this.tokenizer = tokenizer;
        this.own = own;
        segmentTokenizer = new SegmentTokenizer(tokenizer, endTokens);
        endTexts = [.. endTokens.Select(id => tokenizer.TokenOf(id) ?? "")];
        renderer = new SegmentRenderer(template, endTexts);
    }

    /// <summary>Which assistant turns are learned where the conversation does not say; only those must be proven.</summary>
    public LossScope Scope { get; init; } = LossScope.AssistantTurns;

    /// <summary>Checks a conversation.</summary>
    public TemplateProof Check(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        var answers = LearnedAnswers(conversation);
        var all = conversation with { Weights = [.. Enumerable.Range(0, conversation.Messages.Count).Select(i => (float?)(answers.Contains(i) ? 1 : 0))] };
        IReadOnlyList<Segment> segments;
        try
        {
            segments = renderer.Render(all);
        }
        catch (HoneException e) when (e.ExitCode == ExitCode.Data)
        {
            return new TemplateProof { Refusal = e.InnerException?.Message ?? e.Message };
        }

        var row = segmentTokenizer.Encode(segments);
        var text = string.Concat(segments.Select(s => s.Text));
        var rendered = Render(template, all, all.Messages.Count, addGenerationPrompt: false);
        var whole = tokenizer.Encode(text);
        var isJoined = whole.AsSpan().SequenceEqual(segmentTokenizer.Encode(Joined(segments)).Ids);
        return new TemplateProof
        {
            Tokens = row.Ids.Length,
            Answers = answers.Count,
            // An answer that begins with white space: inference, too, makes the prompt's tokens and the answer's apart.
            Split = !row.Ids.AsSpan().SequenceEqual(whole) && isJoined,
            TokenFault = TokenFault(rendered, text, row.Ids.AsSpan().SequenceEqual(whole) || isJoined),
            EndFault = EndFault(row, answers.Count),
            PromptFault = PromptFault(all, answers, segments, row, isJoined),
            OwnFault = own is null ? null : OwnFault(all, whole),
        };
    }

    /// <summary>The end token of the last answer may be added: some templates leave it out there.</summary>
    private string? TokenFault(string rendered, string text, bool isSame)
    {
        if (text != rendered && !(text.StartsWith(rendered, StringComparison.Ordinal) && endTexts.Contains(text[rendered.Length..])))
            return "training writes other text than inference: " + Difference(rendered, text);
        return isSame ? null : "tokens of the answers differ from those of the whole text";
    }

    private string? EndFault(TokenizedRow row, int answers)
    {
        var missing = row.Turns.Count(turn => segmentTokenizer.EndOf(turn, row.Ids, row.Weights, 0) != TurnEnd.Learned);
        if (missing > 0) return $"{missing} of {answers} answers end without an end token that is learned";
        return row.Turns.Count == answers ? null : $"{row.Turns.Count} of {answers} answers are learned";
    }

    /// <summary>All answers, or of many the first, the last and one between: each asks for a rendering of all that stands before it.</summary>
    private static IEnumerable<int> TurnsToAsk(int count) => count <= MostPrompts ? Enumerable.Range(0, count) : [0, count / 2, count - 1];

    private List<int> LearnedAnswers(Conversation conversation)
    {
        var answers = Enumerable.Range(0, conversation.Messages.Count).Where(i => (string?)conversation.Messages[i]!["role"] == "assistant").ToList();
        var last = answers.Count > 0 ? answers[^1] : -1;
        return [.. answers.Where(i => (conversation.Weights[i] ?? (Scope == LossScope.LastTurn && i != last ? 0 : 1)) > 0)];
    }

    private string? PromptFault(Conversation conversation, List<int> messages, IReadOnlyList<Segment> segments, TokenizedRow row, bool isJoined)
    {
        // A continued segment is the end token that was added to the answer before it.
        var learned = Enumerable.Range(0, segments.Count).Where(i => segments[i] is { Weight: > 0, Continues: false }).ToList();
        if (learned.Count != messages.Count || row.Turns.Count != messages.Count) return null; // said already
        foreach (var turn in TurnsToAsk(messages.Count))
        {
            if (messages[turn] == 0) continue; // nobody asks for an answer that comes first
            var before = string.Concat(segments.Take(learned[turn]).Select(s => s.Text));
            if (PromptFault(conversation, messages[turn], before, row.Ids.AsSpan(0, row.Turns[turn].Start), isJoined) is { } fault)
                return $"answer {turn + 1} of {messages.Count}: {fault}";
        }

        return null;
    }

    private string? PromptFault(Conversation conversation, int message, string before, ReadOnlySpan<int> ids, bool isJoined)
    {
        string prompt;
        try
        {
            prompt = Render(template, conversation, message, addGenerationPrompt: true);
        }
        catch (HoneException e) when (e.ExitCode == ExitCode.Data)
        {
            return "inference can't ask for it: " + (e.InnerException?.Message ?? e.Message);
        }

        if (tokenizer.Encode(prompt).AsSpan().SequenceEqual(ids)) return null;
        if (prompt != before)
        {
            return prompt.StartsWith(before, StringComparison.Ordinal)
                ? $"inference begins it with {Shown(prompt[before.Length..])}, which the conversation does not have there"
                : $"inference asks for it with other text: {Difference(before, prompt)}";
        }

        return isJoined ? null : "the prompt's last tokens change when the answer follows, as where a prompt ends with a space";
    }

    private string? OwnFault(Conversation conversation, int[] whole)
    {
        try
        {
            var text = Render(own!, conversation, conversation.Messages.Count, addGenerationPrompt: false);
            return tokenizer.Encode(text).AsSpan().SequenceEqual(whole) ? null
                : "it writes " + Difference(tokenizer.Decode(whole), text);
        }
        catch (HoneException e) when (e.ExitCode == ExitCode.Data)
        {
            return "it refuses the conversation: " + (e.InnerException?.Message ?? e.Message);
        }
    }

    /// <summary>The first messages as inference renders them.</summary>
    private static string Render(ChatTemplate template, Conversation conversation, int count, bool addGenerationPrompt)
    {
        var messages = new JsonArray([.. conversation.Messages.Take(count).Select(m => m!.DeepClone())]);
        return MessageSpellings.Render(template, new ChatInput(messages)
        {
            Tools = conversation.Tools,
            Variables = conversation.Variables,
            Now = ConversationRendering.Date,
            AddGenerationPrompt = addGenerationPrompt,
        }).Text;
    }

    /// <summary>The segments with those that begin with white space put together with the one before.</summary>
    private static List<Segment> Joined(IReadOnlyList<Segment> segments)
    {
        var joined = new List<Segment>();
        foreach (var segment in segments)
        {
            if (joined.Count > 0 && segment.Text.Length > 0 && char.IsWhiteSpace(segment.Text[0])) joined[^1] = joined[^1] with { Text = joined[^1].Text + segment.Text };
            else joined.Add(segment);
        }

        return joined;
    }

    private static string Difference(string expected, string actual)
    {
        var same = expected.AsSpan().CommonPrefixLength(actual);
        return $"{Shown(actual[same..])} instead of {Shown(expected[same..])}";
    }

    private static string Shown(string text)
    {
        var start = text.Length <= 40 ? text : text[..40] + "…";
        return "'" + start.Replace("\n", "\\n", StringComparison.Ordinal) + "'";
    }
}
