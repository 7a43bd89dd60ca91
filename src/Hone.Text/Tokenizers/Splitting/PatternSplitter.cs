namespace Hone.Text.Tokenizers.Splitting;

/// <summary>Cuts around the matches of a pattern.</summary>
internal abstract class PatternSplitter(SplitBehavior behavior, bool invert) : PreTokenizer
{
    /// <summary>Adds the matches from left to right, not overlapping and not empty.</summary>
    private protected abstract void FindAll(ReadOnlySpan<char> text, List<(int Start, int End)> matches);

    private protected override void Split(PieceBuffer buffer, PieceBuffer.Piece piece)
    {
        var matches = buffer.Matches;
        matches.Clear();
        FindAll(buffer.TextOf(piece), matches);
        int at = 0, pieceStart = 0;
        var lastMatched = false;
        foreach (var (start, end) in matches)
        {
            if (start > at) Add(buffer, piece, at, start, invert, ref pieceStart, ref lastMatched);
            Add(buffer, piece, start, end, !invert, ref pieceStart, ref lastMatched);
            at = end;
        }

        if (piece.Length > at) Add(buffer, piece, at, piece.Length, invert, ref pieceStart, ref lastMatched);
        buffer.AddNext(piece, pieceStart, piece.Length);
    }

    /// <summary>
    /// Takes the next stretch, matched or not. What precedes pieceStart is settled; the stretch from there is still open.
    /// </summary>
    private void Add(PieceBuffer buffer, PieceBuffer.Piece piece, int start, int end, bool matched, ref int pieceStart, ref bool lastMatched)
    {
        var cut = behavior switch
        {
            SplitBehavior.MergedWithPrevious => !matched || lastMatched,
            SplitBehavior.MergedWithNext => matched || !lastMatched,
            SplitBehavior.Contiguous => matched != lastMatched,
            _ => true,
        };
        if (cut)
        {
            buffer.AddNext(piece, pieceStart, start);
            pieceStart = start;
        }

        if (matched && behavior == SplitBehavior.Removed) pieceStart = end;
        lastMatched = matched;
    }
}
