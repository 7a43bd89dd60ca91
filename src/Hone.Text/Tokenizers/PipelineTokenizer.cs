using System.Text;
using Hone.Text.Tokenizers.Decoding;
using Hone.Text.Tokenizers.Models;

namespace Hone.Text.Tokenizers;

/// <summary>Added tokens, normalizer, splitter and model, one after the other: what every file format comes down to.</summary>
internal sealed class PipelineTokenizer : Tokenizer
{
    private readonly PipelineParts _parts;
    private readonly TokenTexts _texts;
    private readonly AddedTokenMatcher _rawTokens;
    private readonly AddedTokenMatcher _normalizedTokens;
    private readonly Lazy<byte[]?[]> _bytesOfId;
    private readonly byte[]?[] _spellings;
    private readonly ScratchPool _pool = new();

    public PipelineTokenizer(PipelineParts parts)
        : base(parts.Settings)
    {
        _parts = parts;
        _texts = new TokenTexts(parts.Vocabulary, parts.AddedTokens);
        var matched = parts.AddedTokens.Where(t => parts.IsMatched(t)).ToArray();
        _rawTokens = new AddedTokenMatcher(matched.Where(t => !t.Normalized), null);
        _normalizedTokens = new AddedTokenMatcher(matched.Where(t => t.Normalized), parts.NormalizesTokens ? parts.Normalizer : null);
        _bytesOfId = new Lazy<byte[]?[]>(SpellOut);
        _spellings = new byte[]?[_texts.Size];
    }

    public override int VocabularySize => _texts.Size;

    public override int[] Encode(string text, bool addSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var scratch = _pool.Rent();
        if (addSpecialTokens) scratch.Ids.Add(_parts.Before);
        EncodeRaw(text, scratch);
        if (addSpecialTokens) scratch.Ids.Add(_parts.After);
        var ids = scratch.Ids.Span.ToArray();
        _pool.Return(scratch);
        return ids;
    }

    public override void Encode(ReadOnlySpan<char> text, List<int> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var scratch = _pool.Rent();
        EncodeRaw(text, scratch);
        output.AddRange(scratch.Ids.Span);
        _pool.Return(scratch);
    }

    public override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        if (_parts.Decoder.ByteLevel) return DecodeBytes(ids, skipSpecialTokens);
        var decoding = CreateDecoding(skipSpecialTokens);
        var text = new StringBuilder();
        foreach (var id in ids) decoding.Append(id, text);
        decoding.Flush(text);
        return text.ToString();
    }

    public override int? IdOf(string token) => _texts.IdOf(token);

    public override string? TokenOf(int id) => _texts.TokenOf(id);

    public override ReadOnlySpan<byte> SpellingOf(int id) => (uint)id < (uint)_spellings.Length ? _spellings[id] ??= Spell(id) : [];

    private protected override TokenDecoding CreateDecoding(bool skipSpecialTokens) => _parts.Decoder.ByteLevel
        ? new ByteDecoding(_bytesOfId.Value, skipSpecialTokens ? _texts.IsSpecial : static _ => false)
        : new PieceDecoding(_parts.Decoder, _texts, skipSpecialTokens);

    private string DecodeBytes(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var bytesOfId = _bytesOfId.Value;
        var bytes = new List<byte>(ids.Length * 4);
        foreach (var id in ids)
        {
            if ((uint)id < (uint)bytesOfId.Length && bytesOfId[id] is { } token && !(skipSpecialTokens && _texts.IsSpecial(id))) bytes.AddRange(token);
        }

        return Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes));
    }

    private byte[] Spell(int id)
    {
        if (_texts.TokenOf(id) is not { } token) return [];
        if (_parts.Decoder.ByteLevel) return _parts.SpellsBytes ? ByteSpelling.Unspell(token) : _texts.BytesOf(id);
        if (_parts.Decoder.ByteFallback && ByteFallback.ByteOf(token) is >= 0 and var value) return [(byte)value];
        foreach (var rewrite in _parts.Decoder.Rewrites) token = rewrite(token);
        return Encoding.UTF8.GetBytes(token);
    }

    private byte[]?[] SpellOut()
    {
        var bytes = new byte[]?[_texts.Size];
        for (var id = 0; id < bytes.Length; id++)
        {
            if (_texts.TokenOf(id) is not null) bytes[id] = Spell(id);
        }

        return bytes;
    }

    private void EncodeRaw(ReadOnlySpan<char> text, EncodingScratch scratch)
    {
        var settled = 0;
        if (!_rawTokens.IsEmpty)
        {
            while (_rawTokens.TryFind(text, settled, out var start, out var end, out var id))
            {
                EncodeOrdinary(text[settled..start], settled == 0, scratch);
                scratch.Ids.Add(id);
                settled = end;
            }
        }

        EncodeOrdinary(text[settled..], settled == 0, scratch);
    }

    private void EncodeOrdinary(ReadOnlySpan<char> text, bool atStart, EncodingScratch scratch)
    {
        if (text.IsEmpty) return;
        if ((atStart ? _parts.Normalizer : _parts.InnerNormalizer ?? _parts.Normalizer) is { } normalizer)
        {
            scratch.Normalized.Clear();
            if (normalizer.TryNormalize(text, scratch.Normalized)) text = scratch.Normalized.Span;
        }

        var settled = 0;
        if (!_normalizedTokens.IsEmpty)
        {
            while (_normalizedTokens.TryFind(text, settled, out var start, out var end, out var id))
            {
                _parts.Encoder.Encode(text[settled..start], atStart && settled == 0, scratch);
                scratch.Ids.Add(id);
                settled = end;
            }
        }

        _parts.Encoder.Encode(text[settled..], atStart && settled == 0, scratch);
    }
}
