namespace Hone.TinyModel.Scoring;

/// <summary>Decides whether a reply holds the answer.</summary>
internal static class AnswerKey
{
    /// <summary>
    /// True when the reply holds one of the alternatives. A Latin word or a figure must stand alone ("12" is not in "112"),
    /// Chinese may stand anywhere, and capitals make no difference.
    /// </summary>
    /// <param name="reply">The generated reply.</param>
    /// <param name="key">Alternatives parted by <c>|</c>.</param>
    public static bool IsIn(string reply, string key) =>
        key.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Any(alternative => Holds(reply, alternative));

    private static bool Holds(string reply, string word)
    {
        for (var at = 0; (at = reply.IndexOf(word, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            var end = at + word.Length;
            var joinedBefore = at > 0 && IsLatin(word[0]) && IsLatin(reply[at - 1]);
            var joinedAfter = end < reply.Length && IsLatin(word[^1]) && IsLatin(reply[end]);
            if (!joinedBefore && !joinedAfter) return true;
        }

        return false;
    }

    /// <summary>Letters and digits of scripts that part words with spaces.</summary>
    private static bool IsLatin(char c) => char.IsLetterOrDigit(c) && c < '\u2E80';
}
