using System.Text.Json.Nodes;
using Hone.Text.Tokenizers;

namespace Hone.Text.Templates;

/// <summary>
/// The token with which a template ends an answer. A template that the model was not made with may end answers with another token
/// than the model's files name; then this one is learned, so this one has to stop generation.
/// </summary>
public static class TemplateEnd
{
    private const string Answer = "Fine.";

    /// <summary>Ids that end an answer, ascending: those of the model's configuration, the tokenizer's, and the template's.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="configured">Ids that the model's configuration names.</param>
    /// <param name="template">The template in use, or null.</param>
    public static IReadOnlyList<int> StopIds(this Tokenizer tokenizer, IEnumerable<int> configured, ChatTemplate? template)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return tokenizer.StopIds(template is not null && IdOf(template, tokenizer) is { } end ? configured.Append(end) : configured);
    }

    /// <summary>The token that the template writes behind an answer, white space between them aside; null when that is no token of its own.</summary>
    public static int? IdOf(ChatTemplate template, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (BehindAnswer(template) is not { Length: > 0 } rest || tokenizer.Encode(rest) is not [var first, ..]) return null;
        return tokenizer.TokenOf(first) is { } token && rest.StartsWith(token, StringComparison.Ordinal) && IsMarker(token, tokenizer) ? first : null;
    }

    private static string? BehindAnswer(ChatTemplate template)
    {
        var messages = new JsonArray(
            new JsonObject { ["role"] = "user", ["content"] = "How are you?" }, new JsonObject { ["role"] = "assistant", ["content"] = Answer });
        try
        {
            var text = template.Render(new ChatInput(messages) { Now = DateTime.UnixEpoch }).Text;
            var at = text.LastIndexOf(Answer, StringComparison.Ordinal);
            return at < 0 ? null : text[(at + Answer.Length)..].TrimStart();
        }
        catch (HoneException e) when (e.ExitCode == ExitCode.Data)
        {
            return null; // a template may ask for more than two plain messages
        }
    }

    /// <summary>SentencePiece models have such tokens as ordinary pieces, so their spelling counts too.</summary>
    private static bool IsMarker(string token, Tokenizer tokenizer) =>
        tokenizer.SpecialTokens.ContainsKey(token) || (token.Length > 2 && token is ['<', .., '>'] or ['[', '|', .., '|', ']']);
}
