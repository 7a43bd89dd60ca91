using System.Buffers.Binary;
using System.Text;

namespace Hone.Text.Tokenizers.Normalization;

/// <summary>
/// SentencePiece's precompiled character map: a double-array trie (darts-clone layout) from UTF-8 prefixes to offsets of
/// NUL-terminated replacements. At each position the longest prefix is replaced; other characters stay.
/// </summary>
internal sealed class PrecompiledNormalizer : Normalizer
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <summary>Reads the map: trie size in bytes, trie, replacements.</summary>
    public PrecompiledNormalizer(ReadOnlySpan<byte> map)
    {
        if (map.Length < 4) throw new InvalidDataException("The precompiled character map is cut off.");
        var size = BinaryPrimitives.ReadUInt32LittleEndian(map);
        if (size > map.Length - 4 || size % 4 != 0 || size == 0) throw new InvalidDataException("The precompiled character map lies about its size.");
        _units = new uint[size / 4];
        for (var i = 0; i < _units.Length; i++) _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + 4 * i)..]);
        _replacements = map[(4 + (int)size)..].ToArray();
    }

    public override bool TryNormalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var result = new MemoryStream(bytes.Length + 16);
        for (var at = 0; at < bytes.Length;)
        {
            var (length, offset) = LongestPrefix(bytes.AsSpan(at));
            if (length > 0)
            {
                var replacement = _replacements.AsSpan(offset);
                var end = replacement.IndexOf((byte)0);
                result.Write(end < 0 ? replacement : replacement[..end]);
                at += length;
                continue;
            }

            Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out var used);
            result.Write(bytes.AsSpan(at, used));
            at += used;
        }

        output.Append(Encoding.UTF8.GetString(result.GetBuffer(), 0, (int)result.Length));
        return true;
    }

    private (int Length, int Offset) LongestPrefix(ReadOnlySpan<byte> key)
    {
        var found = (0, 0);
        var position = Step(_units[0]);
        for (var i = 0; i < key.Length; i++)
        {
            position ^= key[i];
            if (position >= _units.Length) break;
            var unit = _units[position];
            if ((unit & 0x800000FF) != key[i]) break;
            position ^= Step(unit);
            if ((unit & 0x100) == 0 || position >= _units.Length) continue;
            var offset = _units[position] & 0x7FFFFFFF;
            if (offset < _replacements.Length) found = (i + 1, (int)offset);
        }

        return found;
    }

    private static uint Step(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
