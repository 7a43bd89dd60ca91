using System.Text;
using System.Text.RegularExpressions;
using Hone.Text.Tokenizers.Models;
using Hone.Text.Tokenizers.Splitting;

namespace Hone.Text.Tests.Tokenizers;

/// <summary>BPE training in its plainest form: all pairs are counted anew for each merge.</summary>
internal static class SlowTraining
{
    public static List<string> Tokens(IEnumerable<string> texts, int count)
    {
        var tokens = Enumerable.Range(0, 256).Select(b => ByteSpelling.CharOf((byte)b)).Order().Select(c => c.ToString()).ToList();
        var words = texts.SelectMany(t => Regex.Matches(t, Cl100kScanner.Qwen2Pattern).Select(m => m.Value))
            .Select(w => Encoding.UTF8.GetBytes(w).Select(b => ByteSpelling.CharOf(b).ToString()).ToList()).ToList();
        while (tokens.Count < count)
        {
            var best = words.SelectMany(w => w.Zip(w.Skip(1))).GroupBy(p => p)
                .OrderByDescending(g => g.Count()).ThenBy(g => tokens.IndexOf(g.Key.First)).ThenBy(g => tokens.IndexOf(g.Key.Second)).First();
            if (best.Count() < 2) break;
            tokens.Add(best.Key.First + best.Key.Second);
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) != best.Key) continue;
                    word[i] += word[i + 1];
                    word.RemoveAt(i + 1);
                }
            }
        }

        return tokens;
    }
}
