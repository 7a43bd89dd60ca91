using System.Text;
using Hone.Text.Tokenizers.Models;

namespace Hone.Text.Tokenizers.Decoding;

/// <summary>The spelling of every id, from the added tokens and the model's vocabulary.</summary>
internal sealed class TokenTexts
{
    private readonly Vocabulary _vocabulary;
    private readonly Dictionary<int, AddedToken> _added = [];
    private readonly Dictionary<string, int> _addedIds = new(StringComparer.Ordinal);

    public TokenTexts(Vocabulary vocabulary, IEnumerable<AddedToken> added)
    {
        _vocabulary = vocabulary;
        Size = vocabulary.Size;
        foreach (var token in added)
        {
            _added[token.Id] = token;
            _addedIds[token.Content] = token.Id;
            Size = Math.Max(Size, token.Id + 1);
        }
    }

    /// <summary>The highest id + 1.</summary>
    public int Size { get; }

    public int? IdOf(string token)
    {
        if (_addedIds.TryGetValue(token, out var id)) return id;
        id = _vocabulary.Find(Encoding.UTF8.GetBytes(token));
        return id < 0 ? null : id;
    }

    public string? TokenOf(int id) =>
        _added.TryGetValue(id, out var added) ? added.Content
        : _vocabulary.Contains(id) ? Encoding.UTF8.GetString(_vocabulary.BytesOf(id))
        : null;

    /// <summary>The bytes of a token as the vocabulary has them; tiktoken's are not always UTF-8.</summary>
    public byte[] BytesOf(int id) =>
        _added.TryGetValue(id, out var added) ? Encoding.UTF8.GetBytes(added.Content) : _vocabulary.BytesOf(id).ToArray();

    public bool IsSpecial(int id) => _added.TryGetValue(id, out var added) && added.Special;
}
