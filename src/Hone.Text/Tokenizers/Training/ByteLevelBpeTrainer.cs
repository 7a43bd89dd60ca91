using System.Runtime.InteropServices;
using System.Text;
using Hone.Text.Tokenizers.Models;
using Hone.Text.Tokenizers.Normalization;
using Hone.Text.Tokenizers.Splitting;
using Hone.Text.Tokenizers.Training;

namespace Hone.Text.Tokenizers;

/// <summary>
/// Learns a byte-level BPE tokenizer in the manner of Qwen2's (NFC, its splitting pattern) from text. The same texts give
/// the same tokenizer, in whatever order: of equally frequent pairs the one with the lowest ids merges first.
/// </summary>
public static class ByteLevelBpeTrainer
{
    // Longer pieces are no words (base64, rulers of dashes); each would be rewritten for every merge in it.
    private const int LongestWord = 256;

    /// <summary>Learns the merges.</summary>
    /// <param name="texts">The corpus; special tokens that are spelt out in it are passed over.</param>
    /// <param name="vocabularySize">All tokens: 256 bytes, merges, special tokens. Fewer come out when no pair occurs twice any more.</param>
    /// <param name="specialTokens">Control tokens; they get the last ids, in this order.</param>
    /// <exception cref="HoneException">The size has no room for the bytes and the special tokens, or special tokens repeat.</exception>
    public static TrainedByteLevelBpe Train(IEnumerable<string> texts, int vocabularySize, IReadOnlyList<string> specialTokens)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(specialTokens);
        if (vocabularySize < 256 + specialTokens.Count || vocabularySize > Vocabulary.MostIds)
            throw new HoneException(ExitCode.Usage, $"A vocabulary of {vocabularySize} tokens is not possible.", "vocabularySize", $"Ask for {256 + specialTokens.Count} to {Vocabulary.MostIds}.");
        if (specialTokens.Any(string.IsNullOrEmpty) || specialTokens.Distinct(StringComparer.Ordinal).Count() != specialTokens.Count)
            throw new HoneException(ExitCode.Usage, "Special tokens must not repeat or be empty.", "specialTokens");
        var tokens = Alphabet();
        var idOfByte = new int[256];
        for (var id = 0; id < 256; id++) idOfByte[tokens[id][0]] = id;
        var words = CountWords(texts, specialTokens).OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => (Ids: Spell(w.Key, idOfByte), Count: w.Value)).ToArray();
        var merges = Merge(words, tokens, vocabularySize - specialTokens.Count);
        return new TrainedByteLevelBpe([.. tokens.Select(t => string.Concat(t.Select(ByteSpelling.CharOf)))], merges, [.. specialTokens]);
    }

    /// <summary>The single bytes in the order of their spelling, as published vocabularies have them.</summary>
    private static List<byte[]> Alphabet() =>
        [.. Enumerable.Range(0, 256).OrderBy(b => ByteSpelling.CharOf((byte)b)).Select(b => new[] { (byte)b })];

    private static Dictionary<string, long> CountWords(IEnumerable<string> texts, IReadOnlyList<string> specialTokens)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var special = new AddedTokenMatcher(specialTokens.Select((t, i) => new AddedToken(i, t)), null);
        var normalizer = new UnicodeNormalizer(compatible: false, compose: true);
        foreach (var text in texts)
        {
            var settled = 0;
            while (!special.IsEmpty && special.TryFind(text, settled, out var start, out var end, out _))
            {
                CountPieces(normalizer.Normalize(text[settled..start]), lookup);
                settled = end;
            }

            CountPieces(normalizer.Normalize(text[settled..]), lookup);
        }

        return counts;
    }

    private static void CountPieces(ReadOnlySpan<char> text, Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> counts)
    {
        var scanner = new Cl100kScanner(1);
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = scanner.EndOfPiece(text, start);
            if (end - start <= LongestWord) CollectionsMarshal.GetValueRefOrAddDefault(counts, text[start..end], out _)++;
        }
    }

    private static List<int> Spell(string word, int[] idOfByte) => [.. Encoding.UTF8.GetBytes(word).Select(b => idOfByte[b])];

    private static List<(int Left, int Right)> Merge((List<int> Ids, long Count)[] words, List<byte[]> tokens, int size)
    {
        var pairs = new PairCounts();
        for (var w = 0; w < words.Length; w++)
        {
            for (var i = 0; i + 1 < words[w].Ids.Count; i++) pairs.Change(words[w].Ids[i], words[w].Ids[i + 1], words[w].Count, w);
        }

        var merges = new List<(int Left, int Right)>();
        var known = tokens.Select(t => Convert.ToHexString(t)).ToHashSet(StringComparer.Ordinal);
        pairs.Settle();
        while (tokens.Count < size && pairs.TryTakeBest(out var left, out var right, out var containing))
        {
            byte[] merged = [.. tokens[left], .. tokens[right]];
            // Two ways to the same bytes would be two tokens of one spelling, which a vocabulary can't hold.
            if (!known.Add(Convert.ToHexString(merged))) continue;
            foreach (var w in containing) MergeInWord(words[w].Ids, words[w].Count, w, left, right, tokens.Count, pairs);
            merges.Add((left, right));
            tokens.Add(merged);
            pairs.Settle();
        }

        return merges;
    }

    private static void MergeInWord(List<int> ids, long count, int word, int left, int right, int merged, PairCounts pairs)
    {
        var write = 0;
        for (var read = 0; read < ids.Count; write++)
        {
            if (ids[read] != left || read + 1 >= ids.Count || ids[read + 1] != right)
            {
                ids[write] = ids[read++];
                continue;
            }

            if (write > 0)
            {
                pairs.Change(ids[write - 1], left, -count, word);
                pairs.Change(ids[write - 1], merged, count, word);
            }

            if (read + 2 < ids.Count)
            {
                pairs.Change(right, ids[read + 2], -count, word);
                pairs.Change(merged, ids[read + 2], count, word);
            }

            ids[write] = merged;
            read += 2;
        }

        ids.RemoveRange(write, ids.Count - write);
    }
}
