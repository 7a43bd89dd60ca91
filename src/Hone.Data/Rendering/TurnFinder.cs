using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hone.Text.Templates;

namespace Hone.Data.Rendering;

/// <summary>Where a message stands in the rendered text.</summary>
/// <param name="Message">Its index.</param>
/// <param name="Start">Where what is written for it begins: for an answer, where the prompt for it ends.</param>
/// <param name="BodyEnd">Where its own text ends.</param>
/// <param name="End">The same with the token that ends the turn.</param>
internal readonly record struct TurnSpan(int Message, int Start, int BodyEnd, int End);

/// <summary>
/// Finds messages in a rendered conversation. Their texts are found by marks: the conversation is rendered once more with marks
/// around the texts, and counts only if taking the marks out gives the plain rendering back, character for character. An answer
/// begins where the model would begin to write it: behind what the template renders when it is asked for that answer. So
/// thoughts and tool calls, which the template writes in its own way, belong to the answer.
/// </summary>
internal sealed class TurnFinder(string[] endTokens)
{
    private const string ThinkTag = "<think>";

    /// <summary>Frames of a template are few; a template that writes others for each row must not fill the memory.</summary>
    private const int MaxKnownFrames = 4096;

    /// <summary>How much of the text between one message and an answer belongs to the prompt; −1 where the prompt is another.</summary>
    private readonly ConcurrentDictionary<string, int> promptLengths = new(StringComparer.Ordinal);

    /// <summary>Finds messages.</summary>
    /// <param name="chat">The conversation.</param>
    /// <param name="text">It rendered.</param>
    /// <param name="wanted">Indices of the messages to find, ascending.</param>
    /// <param name="texts">Where the texts of messages stand: at least those of the wanted ones.</param>
    /// <exception cref="HoneException">The template rewrites or leaves out what must be found (exit code 3).</exception>
    public List<TurnSpan> Find(ConversationRendering chat, string text, IReadOnlyList<int> wanted, out Dictionary<int, (int Start, int End)> texts)
    {
        texts = FindTexts(chat, text, wanted);
        var spans = new List<TurnSpan>();
        foreach (var i in wanted)
        {
            if (Locate(chat, text, texts, i) is not { } span) continue;
            if (spans.Count > 0 && span.Start < spans[^1].End) throw SegmentRenderer.Unclear("the template writes the messages in another order");
            spans.Add(span);
        }

        return spans;
    }

    /// <summary>Where the texts of messages stand; none where the template rewrites them, and nothing depends on it but a count.</summary>
    public static Dictionary<int, (int Start, int End)> TextsOf(ConversationRendering chat, string text)
    {
        foreach (var trims in (bool[])[false, true])
        {
            try
            {
                if (Marks.Take(chat.Render(Marks.Put(chat.Messages, chat.Messages.Count, _ => true, trims)).Text, out var spans) == text) return spans;
            }
            catch (HoneException e) when (e.ExitCode == ExitCode.Data)
            {
                break; // a template may look into the texts
            }
        }

        return [];
    }

    /// <summary>Where the texts of messages stand, by marks around all of them, or around the wanted ones alone.</summary>
    private static Dictionary<int, (int Start, int End)> FindTexts(ConversationRendering chat, string text, IReadOnlyList<int> wanted)
    {
        var sought = wanted.ToHashSet();
        foreach (var (all, trims) in ((bool, bool)[])[(true, false), (true, true), (false, false), (false, true)])
        {
            // Templates that trim contents can't trim through a mark: these are given trimmed contents.
            var marked = Marks.Put(chat.Messages, chat.Messages.Count, i => all || sought.Contains(i), trims);
            string plain;
            Dictionary<int, (int Start, int End)> spans;
            try
            {
                plain = Marks.Take(chat.Render(marked).Text, out spans);
            }
            catch (HoneException e) when (e.ExitCode == ExitCode.Data && all)
            {
                continue; // a template may look into the texts of users
            }

            if (plain != text) continue;
            for (var i = 0; i < chat.Messages.Count; i++)
            {
                if ((all || sought.Contains(i)) && Marks.TextStart(chat.Messages[i]) is not null && !spans.ContainsKey(i))
                    throw SegmentRenderer.Unclear($"the template leaves out message {i + 1} ({(string?)chat.Messages[i]!["role"]}), or repeats it");
            }

            return spans;
        }

        throw SegmentRenderer.Unclear("the template rewrites the answers, so what is learned can't be told from what is given");
    }

    private TurnSpan? Locate(ConversationRendering chat, string text, Dictionary<int, (int Start, int End)> texts, int i)
    {
        var message = (JsonObject)chat.Messages[i]!;
        var hasText = texts.TryGetValue(i, out var own);
        if ((string?)message["role"] != "assistant") return hasText ? new TurnSpan(i, own.Start, own.End, WithEndToken(text, own.End)) : null;
        // Without a prompt of its own a template may leave the frame of the answer to the model; where it has a text, that is the answer, and
        // white space before it.
        var isText = hasText && !HoldsThoughts(chat, text, texts, i);
        var asked = Start(chat, text, texts, i);
        if (isText && !chat.HasPrompt && asked is { } from && !string.IsNullOrWhiteSpace(text[from..own.Start])) asked = own.Start;
        var start = asked ?? (isText ? own.Start
            : throw SegmentRenderer.Unclear($"the beginning of message {i + 1} (assistant) can't be told from the prompt before it"));
        var calls = message["tool_calls"] as JsonArray;
        if (hasText && calls is null) return new TurnSpan(i, start, own.End, WithEndToken(text, own.End));
        var (body, end) = End(text, texts, i, hasText ? own.End : start, isLast: i == chat.Messages.Count - 1);
        if (calls is not null) RequireCalls(text.AsSpan(start, end - start), calls, i);
        return new TurnSpan(i, start, body, end);
    }

    /// <summary>Where the prompt for an answer ends in the text, or null when another prompt stands there.</summary>
    private int? Start(ConversationRendering chat, string text, Dictionary<int, (int Start, int End)> texts, int i)
    {
        if (i == 0) return null;
        var before = i - 1;
        while (before >= 0 && !texts.ContainsKey(before)) before--;
        var from = before >= 0 ? texts[before].End : 0;
        var hasText = texts.TryGetValue(i, out var own);
        var limit = hasText ? own.Start : text.Length;
        if (limit < from) return null;
        var frame = text[from..limit];
        var isFrame = hasText && before == i - 1;
        var key = isFrame ? $"{(string?)chat.Messages[before]!["role"]}|{chat.Settings}|{frame}" : null;
        if (key is null || !promptLengths.TryGetValue(key, out var length))
        {
            length = PromptLength(chat, frame, i, before);
            if (key is not null && promptLengths.Count < MaxKnownFrames) promptLengths.TryAdd(key, length);
        }

        return length < 0 ? null : from + length;
    }

    private static int PromptLength(ConversationRendering chat, string frame, int i, int before)
    {
        string prompt;
        try
        {
            var rendered = chat.Render(Marks.Put(chat.Messages, i, m => m == before, trims: false), addGenerationPrompt: true).Text;
            prompt = Marks.Take(rendered, out var spans);
            if (before >= 0)
            {
                if (!spans.TryGetValue(before, out var span)) return -1;
                prompt = prompt[span.End..];
            }
        }
        catch (HoneException e) when (e.ExitCode == ExitCode.Data)
        {
            return -1; // a template may refuse a conversation that ends here
        }

        if (frame.StartsWith(prompt, StringComparison.Ordinal)) return prompt.Length;
        // A prompt that opens the thoughts, where this answer has none: it begins before the tag.
        var tag = prompt.LastIndexOf(ThinkTag, StringComparison.Ordinal);
        return tag > 0 && frame.AsSpan().StartsWith(prompt.AsSpan(0, tag), StringComparison.Ordinal) ? tag : -1;
    }

    /// <summary>Whether thoughts of the message stand before its text, so that the text alone would not be all of it.</summary>
    private static bool HoldsThoughts(ConversationRendering chat, string text, Dictionary<int, (int Start, int End)> texts, int i)
    {
        var message = chat.Messages[i]!;
        var thoughts = (string?)message["reasoning_content"] ?? (string?)message["thinking"] ?? ((string)message["content"]!)[..(Marks.TextStart(message) ?? 0)];
        thoughts = thoughts.Replace(ThinkTag, "", StringComparison.Ordinal).Replace("</think>", "", StringComparison.Ordinal).Trim();
        var from = i > 0 && texts.TryGetValue(i - 1, out var previous) ? previous.End : 0;
        return thoughts.Length > 0 && text.AsSpan(from, texts[i].Start - from).Contains(thoughts, StringComparison.Ordinal);
    }

    /// <summary>The end of a turn that the template writes itself: at the first end token, which must stand before the next message.</summary>
    private (int Body, int End) End(string text, Dictionary<int, (int Start, int End)> texts, int i, int from, bool isLast)
    {
        var bound = texts.Where(t => t.Key > i).Select(t => t.Value.Start).DefaultIfEmpty(text.Length).Min();
        var first = -1;
        var length = 0;
        foreach (var token in endTokens)
        {
            var at = text.IndexOf(token, from, Math.Max(0, bound - from), StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first)) (first, length) = (at, token.Length);
        }

        if (first >= 0) return (first, first + length);
        if (!isLast) throw SegmentRenderer.Unclear($"the end of message {i + 1} (assistant) can't be told from what follows");
        var end = from + text.AsSpan(from).TrimEnd().Length;
        return (end, end);
    }

    private static void RequireCalls(ReadOnlySpan<char> turn, JsonArray calls, int i)
    {
        foreach (var call in calls)
        {
            var function = call!["function"]!;
            if (!turn.Contains((string)function["name"]!, StringComparison.Ordinal))
                throw SegmentRenderer.Unclear($"the template leaves out the tool calls of message {i + 1}");
            if (MessageSpellings.IsWrittenAsPython(turn, call))
                throw SegmentRenderer.Unclear($"the template does not write the tool calls of message {i + 1} as JSON");
        }
    }

    /// <summary>The text's end, moved behind the token that ends the turn when it follows at once or after blanks.</summary>
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
}
