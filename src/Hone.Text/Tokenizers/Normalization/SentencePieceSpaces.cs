namespace Hone.Text.Tokenizers.Normalization;

/// <summary>SentencePiece's way with spaces: perhaps drop those at the ends and doubled ones, put one in front, mark all.</summary>
internal sealed class SentencePieceSpaces(bool addDummyPrefix, bool removeExtra) : Normalizer
{
    private const char Marker = '\u2581';

    public override bool TryNormalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        if (removeExtra) text = text.Trim(' ');
        if (text.IsEmpty) return true;
        if (addDummyPrefix) output.Append(Marker);
        var afterSpace = false;
        foreach (var c in text)
        {
            if (c != ' ') output.Append(c);
            else if (!removeExtra || !afterSpace) output.Append(Marker);
            afterSpace = c == ' ';
        }

        return true;
    }
}
