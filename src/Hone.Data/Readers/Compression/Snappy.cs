namespace Hone.Data.Readers.Compression;

/// <summary>
/// Snappy's raw format (google/snappy, format_description.txt): the length as a varint, then literals and copies from what was
/// written before.
/// </summary>
internal static class Snappy
{
    /// <summary>Decompresses a whole block.</summary>
    /// <param name="source">The compressed bytes.</param>
    /// <param name="target">Exactly as long as the content.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, or give another length.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (Length(ref source) != (uint)target.Length) throw Damaged();
        var written = 0;
        while (!source.IsEmpty)
        {
            var tag = source[0];
            source = source[1..];
            int length, offset;
            switch (tag & 3)
            {
                case 0:
                    length = LiteralLength(tag >> 2, ref source);
                    if (length > source.Length || length > target.Length - written) throw Damaged();
                    source[..length].CopyTo(target[written..]);
                    source = source[length..];
                    written += length;
                    continue;
                case 1:
                    length = ((tag >> 2) & 7) + 4;
                    offset = (tag >> 5 << 8) | Number(ref source, 1);
                    break;
                default:
                    length = (tag >> 2) + 1;
                    offset = Number(ref source, (tag & 3) == 2 ? 2 : 4);
                    break;
            }

            Matches.Copy(target, written, offset, length);
            written += length;
        }

        if (written != target.Length) throw Damaged();
    }

    private static int LiteralLength(int code, ref ReadOnlySpan<byte> source)
    {
        var length = code < 60 ? code : Number(ref source, code - 59);
        return length is >= 0 and < int.MaxValue ? length + 1 : throw Damaged();
    }

    private static uint Length(ref ReadOnlySpan<byte> source)
    {
        var result = 0ul;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var part = Number(ref source, 1);
            result |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return result <= uint.MaxValue ? (uint)result : throw Damaged();
        }

        throw Damaged();
    }

    /// <summary>A little-endian number of one to four bytes; negative when it needs all 32 bits, which no length or offset does.</summary>
    private static int Number(ref ReadOnlySpan<byte> source, int bytes)
    {
        if (source.Length < bytes) throw Damaged();
        var result = 0;
        for (var i = 0; i < bytes; i++) result |= source[i] << (8 * i);
        source = source[bytes..];
        return result;
    }

    private static InvalidDataException Damaged() => new("the snappy data is damaged");
}
