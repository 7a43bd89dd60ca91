using System.Text;
using System.Text.Unicode;
using Hone.Data.Rendering;
using Hone.Text.Tokenizers;

namespace Hone.Data.Ledger;

/// <summary>Tokens as text that can be shown: those that split a character are put together.</summary>
internal static class TokenPieces
{
    private const int LongestCharacter = 4;

    /// <summary>The pieces, in order; together they are all tokens.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="weights">The weight of each.</param>
    /// <param name="roles">The role of each; empty where nobody speaks.</param>
    /// <param name="tokenizer">The tokenizer; null shows ids as numbers.</param>
    public static List<LedgerPiece> Of(ReadOnlySpan<int> ids, ReadOnlySpan<float> weights, ReadOnlySpan<SegmentRole> roles, Tokenizer? tokenizer)
    {
        var pieces = new List<LedgerPiece>();
        var bytes = new List<byte>();
        for (int i = 0, start = 0; i < ids.Length; i++)
        {
            if (tokenizer is null) bytes.AddRange(Encoding.UTF8.GetBytes($"{ids[i]} "));
            else bytes.AddRange(tokenizer.SpellingOf(ids[i]));
            var isLast = i + 1 == ids.Length || weights[i + 1] != weights[i] || Role(roles, i + 1) != Role(roles, i);
            if (!isLast && !IsWhole(bytes)) continue;
            pieces.Add(new LedgerPiece(Encoding.UTF8.GetString([.. bytes]), start, i + 1 - start, weights[i], Role(roles, i)));
            bytes.Clear();
            start = i + 1;
        }

        return pieces;
    }

    private static SegmentRole Role(ReadOnlySpan<SegmentRole> roles, int i) => roles.Length == 0 ? SegmentRole.Text : roles[i];

    /// <summary>Whether the text ends with a whole character, or with bytes that will never be one.</summary>
    private static bool IsWhole(List<byte> bytes) =>
        Utf8.IsValid(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes)) || !EndsInsideCharacter(bytes);

    private static bool EndsInsideCharacter(List<byte> bytes)
    {
        for (var back = 1; back < LongestCharacter && back <= bytes.Count; back++)
        {
            var b = bytes[^back];
            if (b < 0x80) return false;
            if (b < 0xC0) continue;
            return back < (b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2);
        }

        return false;
    }
}
