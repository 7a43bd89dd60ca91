using Hone.Text.Tokenizers;
using Hone.Text.Tokenizers.Models;
using Hone.Text.Tokenizers.Normalization;

namespace Hone.Text.Tests.Tokenizers;

/// <summary>Models, normalizers and added tokens against plain definitions.</summary>
public sealed class ModelTests
{
    [Fact]
    public void Merging_by_queue_gives_what_merging_the_least_pair_again_and_again_gives()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var table = new MergeTable(16);
            for (var i = 0; i < 40; i++) table.Add(random.Next(30), random.Next(30), random.Next(12), random.Next(30));
            var symbols = Enumerable.Range(0, random.Next(1, 200)).Select(_ => random.Next(6)).ToList();
            var work = new MergeWorkspace();
            symbols.ForEach(work.Add);
            work.Merge(table);
            Assert.Equal(MergePlainly(symbols, table), work.Ids.ToArray());
        }
    }

    [Fact]
    public void Unigram_finds_the_segmentation_with_the_highest_score()
    {
        string?[] pieces = [null, "a", "b", "ab", "ba", "aab", "bb", "abab"];
        double[] scores = [0, -2, -2.5, -3.1, -3.3, -4.2, -3.9, -5.9];
        var model = new Unigram(pieces, scores, bytes: null, unknownId: 0);
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 11)).Select(_ => "ab"[random.Next(2)]));
            var scratch = new EncodingScratch();
            model.Encode(text, scratch);
            Assert.Equal(text, string.Concat(scratch.Ids.Span.ToArray().Select(id => pieces[id])));
            Assert.Equal(Best(text), scratch.Ids.Span.ToArray().Sum(id => scores[id]), 1e-9);
        }

        double Best(string text) => text.Length == 0 ? 0
            : Enumerable.Range(1, pieces.Length - 1).Where(id => text.StartsWith(pieces[id]!, StringComparison.Ordinal)).Max(id => scores[id] + Best(text[pieces[id]!.Length..]));
    }

    [Theory]
    [InlineData("e\u0301 A\u030a \u212b \ufb01 \u1100\u1161\u11a8", "\u00e9 \u00c5 \u00c5 \ufb01 \uac01", "e\u0301 A\u030a A\u030a \ufb01 \u1100\u1161\u11a8", "\u00e9 \u00c5 \u00c5 fi \uac01")]
    [InlineData("a\u0323\u0307", "\u1ea1\u0307", "a\u0323\u0307", "\u1ea1\u0307")]
    [InlineData("a\u0307\u0323", "\u1ea1\u0307", "a\u0323\u0307", "\u1ea1\u0307")]
    [InlineData("\u0958 \u2126 ①", "\u0915\u093c \u03a9 ①", "\u0915\u093c \u03a9 ①", "\u0915\u093c \u03a9 1")]
    public void Normalisation_forms_are_those_of_the_standard(string text, string composed, string decomposed, string compatible)
    {
        Assert.Equal(composed, new UnicodeNormalizer(compatible: false, compose: true).Normalize(text));
        Assert.Equal(decomposed, new UnicodeNormalizer(compatible: false, compose: false).Normalize(text));
        Assert.Equal(compatible, new UnicodeNormalizer(compatible: true, compose: true).Normalize(text));
    }

    [Fact]
    public void Added_tokens_take_white_space_along_and_respect_words_as_their_flags_say()
    {
        AddedToken[] tokens = [new(1, "<m>") { LeftStrip = true, RightStrip = true }, new(2, "cat") { SingleWord = true }, new(3, "<m>x")];
        var matcher = new AddedTokenMatcher(tokens, null);
        Assert.Equal([(1, 8, 1)], All("a  <m>  b"));
        Assert.Equal([(0, 3, 2), (14, 17, 2)], All("cat concatcat cat"));
        Assert.Equal([(1, 5, 3)], All("a<m>x"));

        List<(int, int, int)> All(string text)
        {
            var found = new List<(int, int, int)>();
            for (var settled = 0; matcher.TryFind(text, settled, out var start, out var end, out var id); settled = end) found.Add((start, end, id));
            return found;
        }
    }

    [Fact]
    public async Task Threads_that_encode_at_once_get_the_same_ids()
    {
        var tokenizer = GoldenVectors.Load("qwen2.5");
        var vectors = GoldenVectors.Read("qwen2.5").ToArray();
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Assert.All(vectors, v => Assert.Equal(v.Ids, tokenizer.Encode(v.Text)))));
        await Task.WhenAll(workers);
    }

    [Fact]
    public void Named_ids_and_special_tokens_come_from_the_configuration()
    {
        var qwen = GoldenVectors.Load("qwen2.5");
        Assert.Equal((151665, null, 151645, 151643), (qwen.VocabularySize, qwen.BeginId, qwen.EndId, qwen.PadId));
        Assert.Equal(151644, qwen.SpecialTokens["<|im_start|>"]);
        Assert.False(qwen.SpecialTokens.ContainsKey("<tool_call>"));
        Assert.Equal("\u0120Hello", qwen.TokenOf(qwen.IdOf("\u0120Hello")!.Value));
        var llama = GoldenVectors.Load("llama2:tokenizer.model");
        Assert.Equal((32000, 1, 2, null, 0), (llama.VocabularySize, llama.BeginId, llama.EndId, llama.PadId, llama.UnknownId));
        var yi = GoldenVectors.Load("yi");
        Assert.Equal((6, 0), (yi.SpecialTokens["<|im_start|>"], yi.PadId));
        var output = new List<int> { 42 };
        qwen.Encode("Hello", output);
        Assert.Equal([42, 9707], output);
    }

    private static List<int> MergePlainly(List<int> symbols, MergeTable table)
    {
        symbols = [.. symbols];
        while (true)
        {
            var pairs = Enumerable.Range(0, symbols.Count - 1).Select(i => (Merge: table.Find(symbols[i], symbols[i + 1]), i)).Where(p => p.Merge != MergeTable.None).ToArray();
            if (pairs.Length == 0) return symbols;
            var (merge, at) = pairs.MinBy(p => (p.Merge >> 32, p.i));
            symbols[at] = (int)(uint)merge;
            symbols.RemoveAt(at + 1);
        }
    }
}
