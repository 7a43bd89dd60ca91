using System.Text;

namespace Hone.Text.Tokenizers.Models;

/// <summary>Byte-pair encoding that begins with characters, perhaps with tokens such as <c>&lt;0xE4&gt;</c> for those it lacks.</summary>
internal sealed class CharBpe : TokenModel
{
    private readonly Vocabulary _vocabulary;
    private readonly MergeTable _merges;
    private readonly ByteFallback? _bytes;
    private readonly UnknownToken _unknown;
    private readonly bool _ignoreMerges;
    private readonly int[] _idOfChar = new int[65536];

    public CharBpe(Vocabulary vocabulary, MergeTable merges, ByteFallback? bytes, UnknownToken unknown, bool ignoreMerges)
    {
        (_vocabulary, _merges, _bytes, _unknown, _ignoreMerges) = (vocabulary, merges, bytes, unknown, ignoreMerges);
        for (var c = 0; c < _idOfChar.Length; c++) _idOfChar[c] = Rune.TryCreate((char)c, out var rune) ? Find(rune) : -1;
    }

    public override void Encode(ReadOnlySpan<char> piece, EncodingScratch scratch)
    {
        if (_ignoreMerges)
        {
            var utf8 = scratch.Bytes(checked(piece.Length * 3));
            var word = _vocabulary.Find(utf8.AsSpan(0, Encoding.UTF8.GetBytes(piece, utf8)));
            if (word >= 0)
            {
                scratch.Ids.Add(word);
                return;
            }
        }

        var work = scratch.Merging;
        work.Clear();
        var afterUnknown = false;
        foreach (var rune in piece.EnumerateRunes())
        {
            var id = rune.IsBmp ? _idOfChar[rune.Value] : Find(rune);
            if (id >= 0) work.Add(id);
            else if (_bytes is not null && _bytes.TryAppend(rune, work)) id = 0;
            else if (_unknown.Id >= 0 && !(_unknown.Fuse && afterUnknown)) work.Add(_unknown.Id);
            afterUnknown = id < 0;
        }

        work.Merge(_merges);
        scratch.Ids.Add(work.Ids);
    }

    private int Find(Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        return _vocabulary.Find(utf8[..rune.EncodeToUtf8(utf8)]);
    }
}
