namespace Hone.Text.Tokenizers.Splitting;

/// <summary>SentencePiece's way with spaces: a marker for each, perhaps one in front, and a cut before each.</summary>
internal sealed class MetaspaceStep(char marker, MetaspaceStep.Prepend prepend, bool split) : PreTokenizer
{
    /// <summary>Which pieces get a marker in front.</summary>
    public enum Prepend
    {
        /// <summary>None.</summary>
        Never,

        /// <summary>The one at the beginning of the input.</summary>
        First,

        /// <summary>All.</summary>
        Always,
    }

    private protected override void Split(PieceBuffer buffer, PieceBuffer.Piece piece)
    {
        var text = buffer.TextOf(piece).ToString().Replace(' ', marker);
        if (text[0] != marker && (prepend == Prepend.Always || prepend == Prepend.First && piece.AtStart)) text = marker + text;
        var start = buffer.Text.Length;
        buffer.Text.Append(text);
        if (!split)
        {
            buffer.AddRewritten(piece, start);
            return;
        }

        var rewritten = new PieceBuffer.Piece(start, text.Length, piece.AtStart);
        for (int from = 0, end; from < text.Length; from = end)
        {
            var next = text.IndexOf(marker, from + 1);
            end = next < 0 ? text.Length : next;
            buffer.AddNext(rewritten, from, end);
        }
    }
}
