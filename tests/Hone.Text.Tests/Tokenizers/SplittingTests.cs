using Hone.Text.Tokenizers.Splitting;

namespace Hone.Text.Tests.Tokenizers;

/// <summary>The hand-written scanners against the regular expressions that they stand for, and the ways of splitting.</summary>
public sealed class SplittingTests
{
    private static readonly string[] Fragments =
    [
        "a", "B", "z", "é", "ſ", "中", "文", "\U00020000", "\U0001F44D", "\u0301", "1", "23", "٣", "Ⅷ", "\U0001D7D8", " ", "  ", "\t", "\n", "\r", "\r\n",
        "\u00a0", "\u3000", "\u2028", "\u0085", "'", "'s", "'S", "'ſ", "'ll", "'LL", "'lL", "'re", "'vE", "'d", "'m", "'t", "’s", ".", "!", "-", "_", "<|", "\ud83d", "\udc4d", "\0",
    ];

    [Fact]
    public void The_gpt2_scanner_cuts_as_its_pattern_does() => Compare(default(Gpt2Scanner), Gpt2Scanner.Pattern);

    [Fact]
    public void The_qwen2_scanner_cuts_as_its_pattern_does() => Compare(new Cl100kScanner(1), Folded(Cl100kScanner.Qwen2Pattern));

    [Fact]
    public void The_llama3_scanner_cuts_as_its_pattern_does() => Compare(new Cl100kScanner(3), Folded(Cl100kScanner.Llama3Pattern));

    [Fact]
    public void The_possessive_spelling_of_cl100k_is_the_same_splitting() => Compare(
        new Cl100kScanner(3),
        @"'(?:[sdmtSDMTſ]|ll|LL|lL|Ll|ve|VE|vE|Ve|re|RE|rE|Re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+");

    [Theory]
    [InlineData(SplitBehavior.Removed, "a|b|c")]
    [InlineData(SplitBehavior.Isolated, "a|-|-|b|-|c")]
    [InlineData(SplitBehavior.MergedWithPrevious, "a-|-|b-|c")]
    [InlineData(SplitBehavior.MergedWithNext, "a|-|-b|-c")]
    [InlineData(SplitBehavior.Contiguous, "a|--|b|-|c")]
    internal void Matches_are_cut_out_as_the_behavior_says(SplitBehavior behavior, string expected) =>
        Assert.Equal(expected, string.Join('|', Pieces(new TextSplitter("-", behavior, invert: false), "a--b-c")));

    [Theory]
    [InlineData(@"a?+b", @"(?>a?)b")]
    [InlineData(@"[^\r\n]?+\p{L}++", @"(?>[^\r\n]?)(?>\p{L}+)")]
    [InlineData(@"(?:x|y)*+z+?", @"(?>(?:x|y)*)z+?")]
    [InlineData(@"\+[+]+\h", @"\+[+]+[0-9a-fA-F]")]
    [InlineData(@"\p{N}{1,3}+(?i:'s)", @"(?:\p{N}{1,3})+(?i:'s)")]
    public void Possessive_quantifiers_become_atomic_groups(string pattern, string expected) =>
        Assert.Equal(expected, OnigurumaPattern.ToDotNet(pattern));

    private static string Folded(string pattern) => pattern.Replace("(?i:'s|", "(?i:'s|'ſ|", StringComparison.Ordinal);

    private static void Compare<TScanner>(TScanner scanner, string pattern)
        where TScanner : struct, IPieceScanner
    {
        var regex = new UnicodeRegex(pattern);
        var random = new Random(7);
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Fragments[random.Next(Fragments.Length)]));
            var expected = new List<(int Start, int End)>();
            regex.FindAll(text, expected);
            var actual = new List<(int Start, int End)>();
            for (int start = 0, end; start < text.Length; start = end) actual.Add((start, end = scanner.EndOfPiece(text, start)));
            Assert.True(expected.SequenceEqual(actual), string.Join(' ', text.Select(c => $"{(int)c:X4}")));
        }
    }

    private static IEnumerable<string> Pieces(PreTokenizer step, string text)
    {
        var buffer = new PieceBuffer();
        buffer.Reset(text, atStart: true);
        step.Apply(buffer);
        return buffer.Pieces.Select(p => buffer.TextOf(p).ToString());
    }
}
