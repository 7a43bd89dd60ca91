using Hone.Text.Tokenizers.Models;

namespace Hone.Text.Tokenizers.Splitting;

/// <summary>Any chain of splitters; with none the text is one piece.</summary>
internal sealed class ChainEncoder(IReadOnlyList<PreTokenizer> steps, TokenModel model) : PieceEncoder(model)
{
    public override void Encode(ReadOnlySpan<char> text, bool atStart, EncodingScratch scratch)
    {
        if (steps.Count == 0)
        {
            if (!text.IsEmpty) Model.Encode(text, scratch);
            return;
        }

        var buffer = scratch.Pieces;
        buffer.Reset(text, atStart);
        foreach (var step in steps) step.Apply(buffer);
        foreach (var piece in buffer.Pieces) EncodePiece(buffer.Text.Span, piece.Start, piece.Length, scratch);
    }
}
