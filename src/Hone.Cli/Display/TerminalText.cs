using System.Text.RegularExpressions;

namespace Hone.Cli;

/// <summary>Text for a terminal that may hold what files and models say: it must not move the cursor or retitle the window.</summary>
internal static partial class TerminalText
{
    /// <summary>The text with a replacement for each control character but line feeds and tabs.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keepsColor">Whether sequences that only colour stay: for text that has passed through our own hands.</param>
    public static string Harmless(string text, bool keepsColor = false) =>
        Harmful().Replace(text, match => match.Value.Length == 1 ? "\uFFFD" : keepsColor ? match.Value : "\uFFFD" + match.Value[1..]);

    /// <summary>Sequences that colour match as a whole, so that their first character isn't taken for one alone.</summary>
    [GeneratedRegex(@"\e\[[0-9;]*m|[\p{Cc}-[\n\t]]", RegexOptions.CultureInvariant)]
    private static partial Regex Harmful();
}
