using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Hone.Data.Rendering;

/// <summary>
/// Marks around the texts of messages, by which they are found again in what a template renders: private-use characters with the
/// message's number between them, which no template treats specially.
/// </summary>
internal static class Marks
{
    private const char Open = '\uF8F0';
    private const char Number = '\uF8F1';
    private const char Close = '\uF8F2';

    /// <summary>Where thoughts written into the content end: templates cut there, so that a mark must not stand before it.</summary>
    private const string ThinkEnd = "</think>";

    /// <summary>Where the markable text of a message begins: behind its thoughts. Null when there is no such text.</summary>
    public static int? TextStart(JsonNode? message)
    {
        if (message!["content"] is not JsonValue value || !value.TryGetValue<string>(out var content)) return null;
        var start = 0;
        if ((string?)message["role"] == "assistant" && content.LastIndexOf(ThinkEnd, StringComparison.Ordinal) is >= 0 and var end)
        {
            start = end + ThinkEnd.Length;
            while (start < content.Length && char.IsWhiteSpace(content[start])) start++;
        }

        return string.IsNullOrWhiteSpace(content[start..]) ? null : start;
    }

    /// <summary>The first messages, with marks around the texts of some.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="count">How many of them to take.</param>
    /// <param name="isMarked">Which are marked, those without text aside.</param>
    /// <param name="trims">Whether marks stand around the text without its outer white space, which is dropped.</param>
    public static JsonArray Put(JsonArray messages, int count, Func<int, bool> isMarked, bool trims)
    {
        var result = new JsonArray();
        for (var i = 0; i < count; i++)
        {
            var message = messages[i]!.DeepClone();
            result.Add(message);
            if (!isMarked(i) || TextStart(message) is not { } start) continue;
            var content = (string)message["content"]!;
            var text = trims ? content[start..].Trim() : content[start..];
            message["content"] = string.Create(CultureInfo.InvariantCulture, $"{content[..start]}{Open}{i}{Number}{text}{Close}");
        }

        return result;
    }

    /// <summary>Takes the marks out.</summary>
    /// <param name="marked">Rendered text with marks.</param>
    /// <param name="spans">Where the text of each marked message stands; those that don't stand in it exactly once are left out.</param>
    /// <returns>The text without marks.</returns>
    public static string Take(string marked, out Dictionary<int, (int Start, int End)> spans)
    {
        spans = [];
        var twice = new HashSet<int>();
        var result = new StringBuilder(marked.Length);
        var open = (Message: -1, Start: 0);
        for (var i = 0; i < marked.Length; i++)
        {
            var plain = marked.AsSpan(i).IndexOfAny(Open, Close);
            if (plain < 0) plain = marked.Length - i;
            result.Append(marked, i, plain);
            i += plain;
            if (i == marked.Length) break;
            if (marked[i] == Open && marked.AsSpan(i).IndexOf(Number) is > 1 and var length
                && int.TryParse(marked.AsSpan(i + 1, length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                open = (number, result.Length);
                i += length;
            }
            else if (marked[i] == Close && open.Message >= 0)
            {
                if (!spans.TryAdd(open.Message, (open.Start, result.Length))) twice.Add(open.Message);
                open = (-1, 0);
            }
            else
            {
                result.Append(marked[i]);
            }
        }

        foreach (var message in twice) spans.Remove(message);
        return result.ToString();
    }
}
