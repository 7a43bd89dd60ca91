using System.Text;

namespace Hone.Text.Tokenizers.Models;

/// <summary>The unigram language model: the segmentation with the highest sum of scores (Viterbi).</summary>
internal sealed class Unigram : TokenModel
{
    // What SentencePiece subtracts from the lowest score for an unknown character.
    private const double UnknownPenalty = 10;
    private readonly TextTrie _trie = new();
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly ByteFallback? _bytes;
    private readonly int _unknownId;

    /// <summary>Takes the pieces (null: not to be matched) and scores by id.</summary>
    public Unigram(IReadOnlyList<string?> pieces, double[] scores, ByteFallback? bytes, int unknownId)
    {
        (_scores, _bytes, _unknownId) = (scores, bytes, unknownId);
        var least = 0.0;
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id] is not { Length: > 0 } piece) continue;
            _trie.Add(piece, id);
            least = Math.Min(least, scores[id]);
        }

        _unknownScore = least - UnknownPenalty;
    }

    public override void Encode(ReadOnlySpan<char> piece, EncodingScratch scratch)
    {
        var best = new (double Score, int Start, int Id)[piece.Length + 1];
        Array.Fill(best, (double.NegativeInfinity, -1, -1));
        best[0].Score = 0;
        for (var at = 0; at < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[at..], out _, out var units);
            Extend(piece, at, units, best);
            at += units;
        }

        var path = new Stack<(int Start, int End, int Id)>();
        for (var end = piece.Length; end > 0; end = best[end].Start) path.Push((best[end].Start, end, best[end].Id));
        Emit(piece, path, scratch);
    }

    private void Extend(ReadOnlySpan<char> piece, int at, int units, (double Score, int Start, int Id)[] best)
    {
        var node = TextTrie.Root;
        var hasSingle = false;
        for (var i = at; i < piece.Length && (node = _trie.Step(node, piece[i])) >= 0; i++)
        {
            var id = _trie.ValueAt(node);
            if (id < 0) continue;
            hasSingle |= i + 1 == at + units;
            var score = best[at].Score + _scores[id];
            if (score > best[i + 1].Score) best[i + 1] = (score, at, id);
        }

        var unknown = best[at].Score + _unknownScore;
        if (!hasSingle && unknown > best[at + units].Score) best[at + units] = (unknown, at, -1);
    }

    private void Emit(ReadOnlySpan<char> piece, Stack<(int Start, int End, int Id)> path, EncodingScratch scratch)
    {
        var work = scratch.Merging;
        work.Clear();
        var afterUnknown = false;
        foreach (var (start, end, id) in path)
        {
            var known = id >= 0;
            if (known) work.Add(id);
            else if (_bytes is not null && TryBytes(piece[start..end], work)) known = true;
            else if (_unknownId >= 0 && !afterUnknown) work.Add(_unknownId);
            afterUnknown = !known;
        }

        scratch.Ids.Add(work.Ids);
    }

    private bool TryBytes(ReadOnlySpan<char> text, MergeWorkspace work)
    {
        Rune.DecodeFromUtf16(text, out var rune, out _);
        return _bytes!.TryAppend(rune, work);
    }
}
