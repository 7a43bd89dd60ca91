namespace Hone.Text.Tokenizers.Models;

/// <summary>The token for characters that the vocabulary lacks.</summary>
/// <param name="Id">Its id; -1 leaves such characters out.</param>
/// <param name="Fuse">Whether several in a row are one token.</param>
internal readonly record struct UnknownToken(int Id, bool Fuse);
