namespace Hone.Text.Tokenizers.Models;

/// <summary>
/// Merges of vocabularies that come without a list of them (SentencePiece, tiktoken): any two neighbours whose
/// concatenation is a token merge, in the order of that token's rank.
/// </summary>
internal static class PieceMerges
{
    // Splitting a token costs its length squared over 8; no real token is longer than this.
    private const int LongestToken = 4096;

    /// <summary>Finds all pairs. A negative rank keeps a token from being made or being part of another.</summary>
    public static MergeTable Build(Vocabulary vocabulary, ReadOnlySpan<int> rankOfId)
    {
        var table = new MergeTable(vocabulary.Count * 2);
        for (var id = 0; id < vocabulary.Size; id++)
        {
            var token = vocabulary.BytesOf(id);
            if (rankOfId[id] < 0 || token.Length < 2) continue;
            if (token.Length > LongestToken) throw new InvalidDataException($"Token {id} has {token.Length} bytes.");
            for (var cut = 1; cut < token.Length; cut++)
            {
                var left = vocabulary.Find(token[..cut]);
                if (left < 0 || rankOfId[left] < 0) continue;
                var right = vocabulary.Find(token[cut..]);
                if (right >= 0 && rankOfId[right] >= 0) table.Add(left, right, rankOfId[id], id);
            }
        }

        return table;
    }
}
