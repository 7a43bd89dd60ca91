namespace Hone.Text.Tokenizers.Splitting;

/// <summary>A scanner as a step of a chain.</summary>
internal sealed class ScannerSplitter<TScanner>(TScanner scanner) : PreTokenizer
    where TScanner : struct, IPieceScanner
{
    public TScanner Scanner => scanner;

    private protected override void Split(PieceBuffer buffer, PieceBuffer.Piece piece)
    {
        var text = buffer.TextOf(piece);
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = scanner.EndOfPiece(text, start);
            buffer.AddNext(piece, start, end);
        }
    }
}
