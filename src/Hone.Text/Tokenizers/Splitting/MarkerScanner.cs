namespace Hone.Text.Tokenizers.Splitting;

/// <summary>
/// Cuts before each run of the space marker U+2581. Only for models in which no token has the marker after another
/// character: then no merge crosses the cut, and the pieces encode as the whole text does.
/// </summary>
internal readonly struct MarkerScanner : IPieceScanner
{
    public const char Marker = '\u2581';

    public int EndOfPiece(ReadOnlySpan<char> text, int start)
    {
        var at = start;
        while (at < text.Length && text[at] == Marker) at++;
        var length = text[at..].IndexOf(Marker);
        return length < 0 ? text.Length : at + length;
    }
}
