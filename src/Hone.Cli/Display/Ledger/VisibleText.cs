using System.Globalization;
using System.Text;

namespace Hone.Cli;

/// <summary>Text of strangers with everything in it to be seen: what ends lines, moves the cursor, or turns the direction of writing.</summary>
internal static class VisibleText
{
    /// <summary>What stands before a line break.</summary>
    public const char LineBreakMark = '↵';

    /// <summary>The text with a mark for each character that would not be seen; line breaks stay, behind their mark.</summary>
    public static string Of(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c == '\n') visible.Append(LineBreakMark).Append('\n');
            else if (c < ' ') visible.Append((char)('\u2400' + c));
            else if (c == '\u007F') visible.Append('\u2421');
            else if (IsHidden(c)) visible.Append(CultureInfo.InvariantCulture, $"⟨U+{(int)c:X4}⟩");
            else visible.Append(c);
        }

        return visible.ToString();
    }

    /// <summary>Control characters beyond ASCII, and those that turn the direction of what follows.</summary>
    private static bool IsHidden(char c) =>
        c is (>= '\u0080' and <= '\u009F') or '\u200E' or '\u200F' or '\u061C' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
