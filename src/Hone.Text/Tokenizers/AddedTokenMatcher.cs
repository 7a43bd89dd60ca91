using System.Buffers;
using System.Globalization;
using System.Text;
using Hone.Text.Tokenizers.Models;
using Hone.Text.Tokenizers.Normalization;

namespace Hone.Text.Tokenizers;

/// <summary>Finds added tokens in text: leftmost first, the longest of those that begin there.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly TextTrie _trie = new();
    private readonly SearchValues<char> _firstChars;
    private readonly IReadOnlyList<AddedToken> _tokens;

    /// <summary>Takes the tokens; their text passes the normalizer first if one is given.</summary>
    public AddedTokenMatcher(IEnumerable<AddedToken> tokens, Normalizer? normalizer)
    {
        _tokens = [.. tokens];
        var first = new HashSet<char>();
        for (var i = 0; i < _tokens.Count; i++)
        {
            var content = normalizer?.Normalize(_tokens[i].Content) ?? _tokens[i].Content;
            if (content.Length == 0) continue;
            _trie.Add(content, i);
            first.Add(content[0]);
        }

        IsEmpty = first.Count == 0;
        _firstChars = SearchValues.Create([.. first]);
    }

    /// <summary>There is nothing to find.</summary>
    public bool IsEmpty { get; }

    /// <summary>Finds the next token. Text from <paramref name="settled"/> on may become part of it (white space).</summary>
    public bool TryFind(ReadOnlySpan<char> text, int settled, out int start, out int end, out int id)
    {
        for (var from = settled; ; from++)
        {
            var at = text[from..].IndexOfAny(_firstChars);
            if (at < 0) break;
            from += at;
            var (length, index) = _trie.Longest(text[from..]);
            if (length == 0) continue;
            var token = _tokens[index];
            (start, end, id) = (from, from + length, token.Id);
            if (token.SingleWord && (EndsWithWord(text[..start]) || BeginsWithWord(text[end..])))
            {
                from = end - 1;
                continue;
            }

            if (token.LeftStrip) start = settled + text[settled..start].TrimEnd().Length;
            if (token.RightStrip) end = text.Length - text[end..].TrimStart().Length;
            return true;
        }

        start = end = id = -1;
        return false;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool BeginsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) is <= UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation;
}
