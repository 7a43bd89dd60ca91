using System.Text;

namespace Hone.Text.Tokenizers.Models;

/// <summary>Byte-pair encoding that begins with the bytes of the text.</summary>
internal sealed class ByteLevelBpe : TokenModel
{
    private readonly int[] _idOfByte = new int[256];
    private readonly MergeTable _merges;
    private readonly Vocabulary? _wholeWords;
    private readonly bool _spelled;

    /// <summary>Wires up a vocabulary and its merges.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="merges">Which pairs merge.</param>
    /// <param name="ignoreMerges">A piece that is a token is that token, whatever the merges give.</param>
    /// <param name="spelled">The vocabulary uses <see cref="ByteSpelling"/>; otherwise it holds the bytes.</param>
    /// <param name="unknownId">For bytes that the vocabulary lacks; -1 leaves them out.</param>
    public ByteLevelBpe(Vocabulary vocabulary, MergeTable merges, bool ignoreMerges, bool spelled, int unknownId)
    {
        _merges = merges;
        _wholeWords = ignoreMerges ? vocabulary : null;
        _spelled = spelled;
        Span<byte> utf8 = stackalloc byte[2];
        for (var b = 0; b < 256; b++)
        {
            utf8[0] = (byte)b;
            var length = spelled ? ByteSpelling.Spell([(byte)b], utf8) : 1;
            var id = vocabulary.Find(utf8[..length]);
            _idOfByte[b] = id < 0 ? unknownId : id;
        }
    }

    public override void Encode(ReadOnlySpan<char> piece, EncodingScratch scratch)
    {
        var buffer = scratch.Bytes(checked(piece.Length * 9));
        var bytes = buffer.AsSpan(0, Encoding.UTF8.GetBytes(piece, buffer));
        if (_wholeWords is not null && WholeWord(bytes, buffer) is var word and >= 0)
        {
            scratch.Ids.Add(word);
            return;
        }

        var work = scratch.Merging;
        work.Clear();
        foreach (var b in bytes)
        {
            var id = _idOfByte[b];
            if (id >= 0) work.Add(id);
        }

        work.Merge(_merges);
        scratch.Ids.Add(work.Ids);
    }

    private int WholeWord(ReadOnlySpan<byte> bytes, byte[] buffer)
    {
        if (!_spelled) return _wholeWords!.Find(bytes);
        var spelled = buffer.AsSpan(bytes.Length);
        return _wholeWords!.Find(spelled[..ByteSpelling.Spell(bytes, spelled)]);
    }
}
