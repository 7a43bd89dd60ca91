using System.Text;

namespace Hone.Text.Tokenizers.Splitting;

/// <summary>Cuts around single characters of a class: digits, punctuation, white space.</summary>
internal sealed class RuneSplitter(Func<Rune, bool> isMatch, SplitBehavior behavior) : PatternSplitter(behavior, invert: false)
{
    /// <summary>Digits, each its own piece or in runs.</summary>
    public static RuneSplitter Digits(bool individual) =>
        new(Rune.IsNumber, individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous);

    /// <summary>Punctuation, with all ASCII symbols.</summary>
    public static RuneSplitter Punctuation(SplitBehavior behavior) =>
        new(r => r.IsAscii ? Rune.IsPunctuation(r) || Rune.IsSymbol(r) : Rune.IsPunctuation(r), behavior);

    /// <summary>White space, which goes.</summary>
    public static RuneSplitter WhiteSpace() => new(Rune.IsWhiteSpace, SplitBehavior.Removed);

    private protected override void FindAll(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var units);
            if (isMatch(rune)) matches.Add((at, at + units));
            at += units;
        }
    }
}
