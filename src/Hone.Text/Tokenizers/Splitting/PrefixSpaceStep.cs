namespace Hone.Text.Tokenizers.Splitting;

/// <summary>Puts a space in front of each piece that has no white space there (<c>add_prefix_space</c>).</summary>
internal sealed class PrefixSpaceStep : PreTokenizer
{
    private protected override void Split(PieceBuffer buffer, PieceBuffer.Piece piece)
    {
        var text = buffer.TextOf(piece);
        if (text[0] == ' ')
        {
            buffer.AddNext(piece, 0, piece.Length);
            return;
        }

        var start = buffer.Text.Length;
        var copy = text.ToArray();
        buffer.Text.Append(' ');
        buffer.Text.Append(copy);
        buffer.AddRewritten(piece, start);
    }
}
