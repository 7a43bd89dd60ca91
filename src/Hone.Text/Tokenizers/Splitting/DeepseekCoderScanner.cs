using System.Globalization;
using System.Text;

namespace Hone.Text.Tokenizers.Splitting;

/// <summary>
/// DeepSeek Coder's chain of five splitters in one pass, by hand. Each splitter only adds cuts to those before it, and whether
/// there is a cut between two characters depends on these and the one behind them, so no splitter needs to run by itself.
/// </summary>
internal readonly struct DeepseekCoderScanner : IPieceScanner
{
    /// <summary>The patterns of the chain, each isolated; individual digits follow.</summary>
    public static readonly string[] Patterns = ["[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+"];

    // What a character is. East is apart from the rest: letters, punctuation and even spaces are in its ranges.
    private const byte Other = 0, Letter = 1, Punctuation = 2, Space = 3, Alone = 4, Kind = 7, East = 8;

    /// <summary>The first half of a surrogate pair: the class needs both halves.</summary>
    private const byte HighSurrogate = 255;

    private static readonly byte[] Classes = Build();

    public int EndOfPiece(ReadOnlySpan<char> text, int start)
    {
        var before = At(text, start, out var units);
        for (var at = start + units; at < text.Length; at += units)
        {
            var here = At(text, at, out units);
            // Almost every step goes from a letter to a letter.
            if (here == before && (here & Kind) is Letter or Punctuation) continue;
            if (IsCut(before, here, text, at)) return at;
            before = here;
        }

        return text.Length;
    }

    private static bool IsCut(byte before, byte here, ReadOnlySpan<char> text, int at)
    {
        var left = before & Kind;
        var right = here & Kind;
        if (((before ^ here) & East) != 0 || left == Alone || right == Alone) return true;
        // A run of letters or punctuation ends where another kind begins, and takes in one space in front of it.
        if (left is Letter or Punctuation) return left != right;
        if (left == Other && right is Letter or Punctuation) return true;
        return right == Space && at + 1 < text.Length && (At(text, at + 1, out _) & Kind) is Letter or Punctuation;
    }

    private static byte At(ReadOnlySpan<char> text, int at, out int units)
    {
        units = 1;
        var found = Classes[text[at]];
        if (found != HighSurrogate) return found;
        if (at + 1 >= text.Length || !char.IsLowSurrogate(text[at + 1])) return Other;
        units = 2;
        return Of(new Rune(text[at], text[at + 1]));
    }

    private static byte Of(Rune rune)
    {
        if (Rune.IsWhiteSpace(rune)) return Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Alone,
            >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation => Punctuation,
            _ => Other,
        };
    }

    private static byte[] Build()
    {
        var classes = new byte[65536];
        for (var c = 0; c < classes.Length; c++)
        {
            var isEast = c is >= 0x0800 and <= 0x9FA5 or >= 0xAC00 and <= 0xD7FF;
            classes[c] = c is '\r' or '\n' ? Alone
                : char.IsHighSurrogate((char)c) ? HighSurrogate
                : Rune.TryCreate((char)c, out var rune) ? (byte)(Of(rune) | (isEast ? East : 0))
                : Other;
        }

        return classes;
    }
}
