using System.Runtime.InteropServices;
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

    /// <summary>The ids of the segments, the weight and role of each, and where the turns that are learned stand.</summary>
    public TokenizedRow Encode(IReadOnlyList<Segment> segments)
    {
        Segment[] parts = [.. segments];
        var joined = Joined(parts);
        var ids = new List<int>();
        var weights = new List<float>();
        var turns = new List<(int Start, int End)>();
        var ends = new List<int>();
        var roles = new List<SegmentRole>();
        for (int i = 0, part = 0; i < joined.Count;)
        {
            var count = 1;
            while (i + count < joined.Count && (marksBeginnings || joined[i + count].Whole.Continues)) count++;
            if (count == 1) EncodeOne(joined[i].Whole, ids, weights, turns, ends);
            else EncodeTogether([.. joined.Skip(i).Take(count).Select(j => j.Whole)], ids, weights, turns, ends);
            part = AddRoles(parts, part, joined, (i, i + count), ids, ends, roles);
            i += count;
        }

        return new TokenizedRow([.. ids], [.. weights], turns) { Roles = [.. roles] };
    }

    /// <summary>The roles of stretches that were encoded as one text; returns the part behind them.</summary>
    private int AddRoles(Segment[] parts, int part, List<(Segment Whole, int Parts)> joined, (int From, int To) range, List<int> ids, List<int> ends, List<SegmentRole> roles)
    {
        var start = roles.Count;
        var count = 0;
        for (var i = range.From; i < range.To; i++) count += joined[i].Parts;
        if (count == 1)
        {
            while (roles.Count < ids.Count) roles.Add(parts[part].Role);
            return part + 1;
        }

        var stretchOf = new int[ids.Count - start];
        TokenRoles.Align(tokenizer, parts.AsSpan(part, count), CollectionsMarshal.AsSpan(ids)[start..], stretchOf);
        var first = part;
        for (var i = range.From; i < range.To; i++)
        {
            // Where weights change, the border between tokens is where inference has it.
            var next = part + joined[i].Parts;
            while (roles.Count < ends[i]) roles.Add(parts[Math.Clamp(first + stretchOf[roles.Count - start], part, next - 1)].Role);
            part = next;
        }

        return part;
    }

    /// <summary>
    /// How a learned turn ends in what truncation left, which is <paramref name="ids"/> from <paramref name="cut"/> on. White space
    /// behind the end token doesn't count.
    /// </summary>
    public TurnEnd EndOf((int Start, int End) turn, ReadOnlySpan<int> ids, ReadOnlySpan<float> weights, int cut)
    {
        var (start, last) = (Math.Max(turn.Start - cut, 0), turn.End - cut - 1);
        if (last < start || start >= ids.Length) return TurnEnd.Gone;
        if (last >= ids.Length) return TurnEnd.Cut;
        while (last > start && !endIds.Contains(ids[last]) && string.IsNullOrWhiteSpace(tokenizer.Decode([ids[last]]))) last--;
        return endIds.Contains(ids[last]) && weights[last] > 0 ? TurnEnd.Learned : TurnEnd.Missing;
    }

    /// <summary>Stretches of one weight that only differ in who speaks are one text, with the role of the first.</summary>
    private static List<(Segment Whole, int Parts)> Joined(Segment[] parts)
    {
        var joined = new List<(Segment, int)>();
        for (var i = 0; i < parts.Length;)
        {
            var count = 1;
            while (i + count < parts.Length && parts[i + count].Continues && parts[i + count].Weight == parts[i].Weight) count++;
            joined.Add((count == 1 ? parts[i] : parts[i] with { Text = Join(parts.AsSpan(i, count)) }, count));
            i += count;
        }

        return joined;
    }

    private void EncodeOne(Segment segment, List<int> ids, List<float> weights, List<(int Start, int End)> turns, List<int> ends)
    {
        var start = ids.Count;
        tokenizer.Encode(segment.Text, ids);
        while (weights.Count < ids.Count) weights.Add(segment.Weight);
        ends.Add(ids.Count);
        if (segment.Weight > 0 && ids.Count > start) turns.Add((start, ids.Count));
    }

    private void EncodeTogether(Segment[] segments, List<int> ids, List<float> weights, List<(int Start, int End)> turns, List<int> ends)
    {
        var text = Join(segments);
        var offset = ids.Count;
        var own = tokenizer.Encode(text);
        var ownWeights = new float[own.Length];
        var anchor = (Char: 0, Token: 0);
        var (end, done) = (0, 0);
        for (var i = 0; i < segments.Length; i++)
        {
            end += segments[i].Text.Length;
            var border = i == segments.Length - 1 ? own.Length : Math.Max(done, Border(text, end, own, anchor));
            ownWeights.AsSpan(done, border - done).Fill(segments[i].Weight);
            ends.Add(offset + border);
            AddTurn(turns, segments[i], offset + done, offset + border);
            done = border;
            var endsTurn = done > 0 && endIds.Contains(own[done - 1]);
            if (endsTurn && EndTextBefore(text, end, own[done - 1]) is { } start) anchor = (start, done - 1);
        }

        ids.AddRange(own);
        weights.AddRange(ownWeights);
    }

    /// <summary>Stretches of one turn are one turn, also where words in it are not learned.</summary>
    private static void AddTurn(List<(int Start, int End)> turns, Segment segment, int start, int end)
    {
        if (start == end) return;
        if (segment.Continues && turns.Count > 0 && turns[^1].End == start) turns[^1] = (turns[^1].Start, end);
        else if (segment.Weight > 0) turns.Add((start, end));
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

    private static string Join(ReadOnlySpan<Segment> segments)
    {
        var text = new StringBuilder();
        foreach (var segment in segments) text.Append(segment.Text);
        return text.ToString();
    }
}
