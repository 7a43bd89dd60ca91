namespace Hone.Text.Tokenizers.Splitting;

/// <summary>One step that cuts pieces of text into smaller ones.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Replaces the pieces of the buffer by smaller ones.</summary>
    public void Apply(PieceBuffer buffer)
    {
        foreach (var piece in buffer.Pieces) Split(buffer, piece);
        buffer.Advance();
    }

    private protected abstract void Split(PieceBuffer buffer, PieceBuffer.Piece piece);
}
