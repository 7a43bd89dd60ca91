namespace Hone.Text.Tokenizers.Models;

/// <summary>Turns one piece of text into ids.</summary>
internal abstract class TokenModel
{
    /// <summary>Appends the ids of a piece to <see cref="EncodingScratch.Ids"/>.</summary>
    public abstract void Encode(ReadOnlySpan<char> piece, EncodingScratch scratch);
}
