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

    [Fact]
    public void The_deepseek_coder_scanner_cuts_as_its_chain_of_splitters_does()
    {
        var steps = DeepseekCoderScanner.Patterns.Select(PreTokenizer (p) => new RegexSplitter(new UnicodeRegex(p), SplitBehavior.Isolated, invert: false))
            .Append(RuneSplitter.Digits(individual: true)).ToList();
        var buffer = new PieceBuffer();
        // Some of each class within and without the eastern ranges; the last are the ranges' borders.
        string[] fragments = [.. Fragments, "。", "、", "\u3000\u3000", "\u2581", "०", "ก", "€", "+", "가", "\u07ff", "\u0800", "\u9fa5", "\u9fa6", "\uabff", "\uac00", "\ud7ff"];
        foreach (var text in RandomTexts(fragments))
        {
            buffer.Reset(text, atStart: true);
            foreach (var step in steps) step.Apply(buffer);
            Check(text, [.. buffer.Pieces.Select(p => (p.Start, p.Start + p.Length))], default(DeepseekCoderScanner));
        }
    }

    [Fact]
    public void A_compiled_pattern_cuts_as_before_and_a_slow_one_still_ends_in_time()
    {
        var regex = new UnicodeRegex(@"\s?\p{L}+|\d{1,3}");
        const string Text = "ab 中文 12345 \U0001D7D8 x";
        var interpreted = Matches();
        Assert.False(regex.IsCompiled);
        for (var i = 0; i < (1 << 18) / Text.Length; i++) Matches();
        Assert.True(regex.IsCompiled);
        Assert.Equal(interpreted, Matches());
        Assert.Equal((0, 2), interpreted[0]);

        var slow = new UnicodeRegex("(a|aa|b)+c");
        var error = Assert.Throws<HoneException>(() => slow.FindAll(new string('a', 1 << 18), []));
        Assert.Contains("too long", error.Message, StringComparison.Ordinal);

        List<(int Start, int End)> Matches()
        {
            var matches = new List<(int, int)>();
            regex.FindAll(Text, matches);
            return matches;
        }
    }

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
        foreach (var text in RandomTexts(Fragments))
        {
            var expected = new List<(int Start, int End)>();
            regex.FindAll(text, expected);
            Check(text, expected, scanner);
        }
    }

    private static IEnumerable<string> RandomTexts(string[] fragments)
    {
        var random = new Random(7);
        for (var i = 0; i < 5000; i++) yield return string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => fragments[random.Next(fragments.Length)]));
    }

    private static void Check<TScanner>(string text, List<(int Start, int End)> expected, TScanner scanner)
        where TScanner : struct, IPieceScanner
    {
        var actual = new List<(int Start, int End)>();
        for (int start = 0, end; start < text.Length; start = end) actual.Add((start, end = scanner.EndOfPiece(text, start)));
        Assert.True(expected.SequenceEqual(actual), string.Join(' ', text.Select(c => $"{(int)c:X4}")));
    }

    private static IEnumerable<string> Pieces(PreTokenizer step, string text)
    {
        var buffer = new PieceBuffer();
        buffer.Reset(text, atStart: true);
        step.Apply(buffer);
        return buffer.Pieces.Select(p => buffer.TextOf(p).ToString());
    }
}
