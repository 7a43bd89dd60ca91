using System.Text;
using Hone.Text.Tokenizers;

namespace Hone.Data.Rendering;

/// <summary>
/// Tells which tokens of a text belong to which of its stretches, by the bytes that each token spells. A token across a border
/// belongs to what follows, as with weights.
/// </summary>
internal static class TokenRoles
{
    private const byte Space = (byte)' ';

    /// <summary>The stretch of each token.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="stretches">The stretches, which were tokenized as one text.</param>
    /// <param name="ids">Its tokens.</param>
    /// <param name="stretchOf">Receives the index of the stretch of each token.</param>
    public static void Align(Tokenizer tokenizer, ReadOnlySpan<Segment> stretches, ReadOnlySpan<int> ids, Span<int> stretchOf)
    {
        stretchOf.Clear();
        if (stretches.Length == 1) return;
        var ends = new int[stretches.Length];
        if (TryAlign(tokenizer, Spell(stretches, ends), ends, ids, stretchOf)) return;
        // The tokenizer rewrites texts (Unicode's forms, for one): what it makes of each stretch by itself is what its tokens spell.
        if (!TryAlign(tokenizer, SpellAsTokens(tokenizer, stretches, ends), ends, ids, stretchOf)) stretchOf.Clear();
    }

    private static bool TryAlign(Tokenizer tokenizer, ReadOnlySpan<byte> text, ReadOnlySpan<int> ends, ReadOnlySpan<int> ids, Span<int> stretchOf)
    {
        var stretch = 0;
        var rest = text;
        for (var i = 0; i < ids.Length; i++)
        {
            var spelling = tokenizer.SpellingOf(ids[i]);
            // SentencePiece puts a space in front of a text, and of what follows a special token.
            if (!rest.StartsWith(spelling) && spelling is [Space, ..]) spelling = spelling[1..];
            if (!rest.StartsWith(spelling)) return false;
            rest = rest[spelling.Length..];
            while (text.Length - rest.Length > ends[stretch]) stretch++;
            stretchOf[i] = stretch;
        }

        return rest.IsEmpty;
    }

    private static byte[] Spell(ReadOnlySpan<Segment> stretches, Span<int> ends)
    {
        var length = 0;
        for (var i = 0; i < stretches.Length; i++) ends[i] = length += Encoding.UTF8.GetByteCount(stretches[i].Text);
        var bytes = new byte[length];
        for (var i = 0; i < stretches.Length; i++) Encoding.UTF8.GetBytes(stretches[i].Text, bytes.AsSpan(i == 0 ? 0 : ends[i - 1]));
        return bytes;
    }

    private static byte[] SpellAsTokens(Tokenizer tokenizer, ReadOnlySpan<Segment> stretches, Span<int> ends)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < stretches.Length; i++)
        {
            var start = bytes.Count;
            foreach (var id in tokenizer.Encode(stretches[i].Text)) bytes.AddRange(tokenizer.SpellingOf(id));
            if (bytes.Count > start && bytes[start] == Space && !stretches[i].Text.StartsWith(' ')) bytes.RemoveAt(start);
            ends[i] = bytes.Count;
        }

        return [.. bytes];
    }
}
