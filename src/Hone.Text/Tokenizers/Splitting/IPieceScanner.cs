namespace Hone.Text.Tokenizers.Splitting;

/// <summary>
/// Cuts text into pieces from left to right. Implementations are structs, so that the encoding loop is compiled for each.
/// </summary>
internal interface IPieceScanner
{
    /// <summary>The end of the piece that begins at <paramref name="start"/>; always beyond it.</summary>
    int EndOfPiece(ReadOnlySpan<char> text, int start);
}
