using System.Text;
using Hone.Text.Tokenizers;

namespace Hone.Data.Rendering;

/// <summary>
/// Turns segments into ids with weights, so that training sees the ids that inference sees. A byte-level tokenizer encodes
/// each segment by itself: at inference, too, the prompt ends where the answer begins. A tokenizer that puts a space marker in
/// front of every text would put one at every border; there the whole text is encoded once and the borders are found in it.
/// </summary>
internal sealed class SegmentTokenizer(Tokenizer tokenizer, IReadOnlyList<int> endTokens)
{
    /// <summary>How SentencePiece writes a space.</summary>
    private const char SpaceMarker = '\u2581';

    /// <summary>How byte-level vocabularies write a space.</summary>
    private const char ByteSpace = '\u0120';

    private readonly HashSet<int> endIds = [.. endTokens];
    private readonly (int Id, string Text)[] endTexts =
        [.. endTokens.Select(id => (Id: id, Text: tokenizer.TokenOf(id) ?? "")).Where(t => t.Text.Length > 0 && tokenizer.Encode(t.Text).SequenceEqual([t.Id]))];

    private readonly bool marksBeginnings = tokenizer.Encode("a") is [var first, ..] && tokenizer.TokenOf(first) is [SpaceMarker or ByteSpace, ..];

    /// <summary>The ids of the segments, and the weight of each.</summary>
    public (int[] Ids, float[] Weights) Encode(IReadOnlyList<Segment> segments) =>
        marksBeginnings ? EncodeWhole(segments) : EncodeEach(segments);

    /// <summary>Learned stretches that don't end with an end token, white space behind it aside. Counted on what truncation left.</summary>
    public int TurnsWithoutEnd(int[] ids, float[] weights)
    {
        var turns = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            if (weights[i] <= 0 || (i + 1 < ids.Length && weights[i + 1] > 0)) continue;
            var last = i;
            while (last > 0 && weights[last - 1] > 0 && !endIds.Contains(ids[last]) && string.IsNullOrWhiteSpace(tokenizer.Decode([ids[last]]))) last--;
            if (!endIds.Contains(ids[last])) turns++;
        }

        return turns;
    }

    private (int[] Ids, float[] Weights) EncodeEach(IReadOnlyList<Segment> segments)
    {
        var ids = new List<int>();
        var weights = new List<float>();
        foreach (var segment in segments)
        {
            tokenizer.Encode(segment.Text, ids);
            while (weights.Count < ids.Count) weights.Add(segment.Weight);
        }

        return ([.. ids], [.. weights]);
    }

    private (int[] Ids, float[] Weights) EncodeWhole(IReadOnlyList<Segment> segments)
    {
        var text = Join(segments);
        var ids = tokenizer.Encode(text);
        var weights = new float[ids.Length];
        var anchor = (Char: 0, Token: 0);
        var (end, done) = (0, 0);
        for (var i = 0; i < segments.Count; i++)
        {
            end += segments[i].Text.Length;
            var border = i == segments.Count - 1 ? ids.Length : Math.Max(done, Border(text, end, ids, anchor));
            weights.AsSpan(done, border - done).Fill(segments[i].Weight);
            done = border;
            var endsTurn = done > 0 && endIds.Contains(ids[done - 1]);
            if (endsTurn && EndTextBefore(text, end, ids[done - 1]) is { } start) anchor = (start, done - 1);
        }

        return (ids, weights);
    }

    /// <summary>
    /// Tokens of <paramref name="ids"/> that lie wholly before a character: those that the text up to it has too. A token across
    /// the border, such as the space before an answer with its first word, belongs to what follows, since that is when
    /// inference makes it.
    /// </summary>
    private int Border(string text, int end, int[] ids, (int Char, int Token) anchor)
    {
        var before = tokenizer.Encode(text[anchor.Char..end]);
        return anchor.Token + before.AsSpan().CommonPrefixLength(ids.AsSpan(anchor.Token));
    }

    /// <summary>
    /// Where the end token's text starts when it stands before a character: from there on the text can be encoded by itself,
    /// which keeps long conversations from being encoded anew for each turn.
    /// </summary>
    private int? EndTextBefore(string text, int end, int id)
    {
        foreach (var (known, spelling) in endTexts)
        {
            if (known == id && end >= spelling.Length && string.CompareOrdinal(text, end - spelling.Length, spelling, 0, spelling.Length) == 0) return end - spelling.Length;
        }

        return null;
    }

    private static string Join(IReadOnlyList<Segment> segments)
    {
        var text = new StringBuilder();
        foreach (var segment in segments) text.Append(segment.Text);
        return text.ToString();
    }
}
