using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Hone.Data.Rendering;

/// <summary>
/// Finds the texts of messages of which nothing depends on but a count. What a template writes between two texts is mostly the same in
/// each conversation: where all of it has been seen before, the conversation need not be rendered once more with marks.
/// </summary>
internal sealed class SpeechFinder
{
    /// <summary>Frames of a template are few and short; one that writes others for each row must not fill the memory.</summary>
    private const int MaxKnownFrames = 4096, LongestFrame = 4096;

    private readonly ConcurrentDictionary<string, byte> frames = new(StringComparer.Ordinal);

    /// <summary>Where the texts stand; none where the template rewrites them.</summary>
    public Dictionary<int, (int Start, int End)> Find(ConversationRendering chat, string text)
    {
        if (ByFrames(chat, text) is { } found) return found;
        var texts = TurnFinder.TextsOf(chat, text);
        var at = 0;
        foreach (var (message, (start, end)) in texts.OrderBy(t => t.Value.Start))
        {
            if (start >= at) Learn(Key(chat, message, text.AsSpan(at, start - at)));
            at = end;
        }

        if (texts.Count > 0) Learn(Key(chat, chat.Messages.Count, text.AsSpan(at)));
        return texts;
    }

    private void Learn(string frame)
    {
        if (frame.Length <= LongestFrame && frames.Count < MaxKnownFrames) frames.TryAdd(frame, 0);
    }

    private Dictionary<int, (int Start, int End)>? ByFrames(ConversationRendering chat, string text)
    {
        if (frames.IsEmpty) return null;
        var found = new Dictionary<int, (int Start, int End)>();
        var at = 0;
        for (var i = 0; i < chat.Messages.Count; i++)
        {
            if (Marks.TextStart(chat.Messages[i]) is not { } start) continue;
            var own = ((string)chat.Messages[i]!["content"]!).AsSpan(start);
            var gap = text.AsSpan(at).IndexOf(own, StringComparison.Ordinal);
            if (gap is < 0 or > LongestFrame || !frames.ContainsKey(Key(chat, i, text.AsSpan(at, gap)))) return null;
            found[i] = (at + gap, at + gap + own.Length);
            at += gap + own.Length;
        }

        return text.Length - at <= LongestFrame && frames.ContainsKey(Key(chat, chat.Messages.Count, text.AsSpan(at))) ? found : null;
    }

    /// <summary>What stands before a message's text, or behind the last one, and between whom.</summary>
    private static string Key(ConversationRendering chat, int message, ReadOnlySpan<char> frame) =>
        $"{Role(chat, message - 1)}|{Role(chat, message)}|{chat.Settings}|{frame}";

    private static string? Role(ConversationRendering chat, int message) =>
        message < 0 || message >= chat.Messages.Count ? "" : (string?)((JsonObject)chat.Messages[message]!)["role"];
}
