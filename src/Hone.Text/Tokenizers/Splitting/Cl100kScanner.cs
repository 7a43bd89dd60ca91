namespace Hone.Text.Tokenizers.Splitting;

/// <summary>
/// The splitting pattern that Qwen2 (one digit a piece) and Llama 3 (up to three) share with tiktoken's cl100k, by hand.
/// </summary>
internal readonly struct Cl100kScanner(int mostDigits) : IPieceScanner
{
    public const string Qwen2Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public const string Llama3Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Most characters of a piece of digits when the pattern is of this kind, else 0.</summary>
    public static int DigitsOf(string pattern) => pattern switch
    {
        Qwen2Pattern => 1,
        Llama3Pattern => 3,
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+" => 3,
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,2}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+" => 2,
        _ => 0,
    };

    public int EndOfPiece(ReadOnlySpan<char> text, int start)
    {
        var kind = CharKind.At(text, start, out var units);
        if (kind == CharKind.Letter) return CharKind.EndOfRun(text, start + units, CharKind.Letter);
        if (kind == CharKind.Number) return EndOfDigits(text, start + units);
        if (text[start] == '\'')
        {
            var length = Contraction(text, start + 1);
            if (length > 0) return start + 1 + length;
        }

        var next = start + units;
        if (kind != CharKind.LineBreak && next < text.Length)
        {
            var nextKind = CharKind.At(text, next, out var nextUnits);
            if (nextKind == CharKind.Letter) return CharKind.EndOfRun(text, next + nextUnits, CharKind.Letter);
            if (nextKind == CharKind.Other && text[start] == ' ') return EndOfSymbols(text, next + nextUnits);
        }

        return kind == CharKind.Other ? EndOfSymbols(text, next) : EndOfSpace(text, start);
    }

    private static int EndOfSymbols(ReadOnlySpan<char> text, int at) =>
        CharKind.EndOfRun(text, CharKind.EndOfRun(text, at, CharKind.Other), CharKind.LineBreak);

    private static int EndOfSpace(ReadOnlySpan<char> text, int start)
    {
        var end = CharKind.EndOfSpace(text, start);
        var lastBreak = text[start..end].LastIndexOfAny('\r', '\n');
        if (lastBreak >= 0) return start + lastBreak + 1;
        return end == text.Length || end - start == 1 ? end : end - 1;
    }

    private static int Contraction(ReadOnlySpan<char> text, int at)
    {
        if (at >= text.Length) return 0;
        var second = at + 1 < text.Length ? text[at + 1] | 0x20 : 0;
        // U+017F, the long s, folds to s.
        if (text[at] == '\u017F') return 1;
        return (text[at] | 0x20) switch
        {
            's' or 't' or 'm' or 'd' => 1,
            'r' or 'v' when second == 'e' => 2,
            'l' when second == 'l' => 2,
            _ => 0,
        };
    }

    private int EndOfDigits(ReadOnlySpan<char> text, int at)
    {
        for (var count = 1; count < mostDigits && at < text.Length; count++)
        {
            if (CharKind.At(text, at, out var units) != CharKind.Number) break;
            at += units;
        }

        return at;
    }
}
