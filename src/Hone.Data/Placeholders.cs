using System.Text.Json.Nodes;

namespace Hone.Data;

/// <summary>
/// Self-cognition rows: <c>{{NAME}}</c> and <c>{{AUTHOR}}</c> (in any case) become the name and author that the user gave. With
/// two values, a row with Chinese characters gets the first and any other row the second, as in ms-swift.
/// </summary>
internal static class Placeholders
{
    public static Conversation Replace(Conversation conversation, DatasetOptions options)
    {
        var texts = conversation.Messages.Select(m => m!["content"]).OfType<JsonValue>()
            .Select(v => v.TryGetValue<string>(out var s) ? s : "").ToList();
        if (!texts.Any(HasPlaceholder)) return conversation;
        var chinese = texts.Any(IsChinese);
        var messages = (JsonArray)conversation.Messages.DeepClone();
        foreach (var message in messages)
        {
            if (message!["content"] is JsonValue value && value.TryGetValue<string>(out var text)) message["content"] = Fill(text, chinese, options);
        }

        return conversation with { Messages = messages };
    }

    public static string Replace(string text, DatasetOptions options) => HasPlaceholder(text) ? Fill(text, IsChinese(text), options) : text;

    /// <summary>Nearly no text has braces, which are found much faster than letters in any case.</summary>
    private static bool HasPlaceholder(string text) => text.Contains("{{", StringComparison.Ordinal)
        && (text.Contains("{{NAME}}", StringComparison.OrdinalIgnoreCase) || text.Contains("{{AUTHOR}}", StringComparison.OrdinalIgnoreCase));

    private static string Fill(string text, bool chinese, DatasetOptions options) => text
        .Replace("{{NAME}}", Value(options.ModelName, chinese, "model_name"), StringComparison.OrdinalIgnoreCase)
        .Replace("{{AUTHOR}}", Value(options.ModelAuthor, chinese, "model_author"), StringComparison.OrdinalIgnoreCase);

    private static string Value(IReadOnlyList<string> values, bool chinese, string setting) => values.Count switch
    {
        0 => throw new HoneException(ExitCode.Usage, "The data has {{NAME}} or {{AUTHOR}} placeholders, and " + setting + " is not set.", null,
            $"Give it: --{setting} <text>, or a Chinese and an English one."),
        1 => values[0],
        _ => chinese ? values[0] : values[1],
    };

    private static bool IsChinese(string text) => text.AsSpan().IndexOfAnyInRange('\u4E00', '\u9FFF') >= 0;
}
