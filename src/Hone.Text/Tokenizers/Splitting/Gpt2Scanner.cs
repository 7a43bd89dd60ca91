namespace Hone.Text.Tokenizers.Splitting;

/// <summary>The splitting pattern of GPT-2, by hand.</summary>
internal readonly struct Gpt2Scanner : IPieceScanner
{
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public int EndOfPiece(ReadOnlySpan<char> text, int start)
    {
        var kind = CharKind.At(text, start, out var units);
        if (kind >= CharKind.Space)
        {
            var next = start + 1;
            if (text[start] == ' ' && next < text.Length && (kind = CharKind.At(text, next, out units)) < CharKind.Space)
                return CharKind.EndOfRun(text, next + units, kind);
            var end = CharKind.EndOfSpace(text, start);
            return end == text.Length || end - start == 1 ? end : end - 1;
        }

        if (text[start] == '\'')
        {
            var length = Contraction(text, start + 1);
            if (length > 0) return start + 1 + length;
        }

        return CharKind.EndOfRun(text, start + units, kind);
    }

    private static int Contraction(ReadOnlySpan<char> text, int at)
    {
        if (at >= text.Length) return 0;
        var second = at + 1 < text.Length ? text[at + 1] : '\0';
        return text[at] switch
        {
            's' or 't' or 'm' or 'd' => 1,
            'r' or 'v' when second == 'e' => 2,
            'l' when second == 'l' => 2,
            _ => 0,
        };
    }
}
