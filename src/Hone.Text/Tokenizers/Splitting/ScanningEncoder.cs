using Hone.Text.Tokenizers.Models;

namespace Hone.Text.Tokenizers.Splitting;

/// <summary>The hot path: one hand-written scanner, no copies.</summary>
internal sealed class ScanningEncoder<TScanner>(TScanner scanner, TokenModel model) : PieceEncoder(model)
    where TScanner : struct, IPieceScanner
{
    public override void Encode(ReadOnlySpan<char> text, bool atStart, EncodingScratch scratch)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = scanner.EndOfPiece(text, start);
            EncodePiece(text, start, end - start, scratch);
        }
    }
}
