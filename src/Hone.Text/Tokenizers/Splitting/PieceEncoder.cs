using Hone.Text.Tokenizers.Models;

namespace Hone.Text.Tokenizers.Splitting;

/// <summary>Takes ordinary text apart and has the model encode the pieces.</summary>
internal abstract class PieceEncoder(TokenModel model)
{
    private protected TokenModel Model => model;

    /// <summary>Appends the ids of a text to the scratch.</summary>
    public abstract void Encode(ReadOnlySpan<char> text, bool atStart, EncodingScratch scratch);

    /// <summary>Encodes one piece through the cache.</summary>
    private protected void EncodePiece(ReadOnlySpan<char> text, int start, int length, EncodingScratch scratch)
    {
        if (length > WordCache.LongestPiece)
        {
            model.Encode(text.Slice(start, length), scratch);
            return;
        }

        if (scratch.Words.TryAppend(text, start, length, scratch.Ids, out var key)) return;
        var before = scratch.Ids.Count;
        model.Encode(text.Slice(start, length), scratch);
        scratch.Words.Store(key, length, scratch.Ids.Span[before..]);
    }
}
