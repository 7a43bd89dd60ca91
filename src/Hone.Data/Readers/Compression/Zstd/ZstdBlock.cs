namespace Hone.Data.Readers.Compression.Zstd;

/// <summary>Decodes the compressed blocks of a frame; tables and offsets go on from block to block (RFC 8878, section 3.1.1.3).</summary>
internal sealed class ZstdBlock
{
    /// <summary>The most that a block may give, bytes.</summary>
    public const int MaxBytes = 128 << 10;

    private static readonly short[] DefaultLiterals =
        [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1];

    private static readonly short[] DefaultOffsets =
        [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1];

    private static readonly short[] DefaultMatches =
    [
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
    ];

    /// <summary>Extra bits of each code for a number of literals; the codes cover the numbers from 0 without a gap.</summary>
    private static readonly LengthCode LiteralCode = new(0,
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

    /// <summary>The same for the length of a match, from 3.</summary>
    private static readonly LengthCode MatchCode = new(3,
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    ]);

    private readonly byte[] literalBuffer = new byte[MaxBytes];
    private readonly TableSlot literalSlot = new(DefaultLiterals, 6, 9, 35);
    private readonly TableSlot offsetSlot = new(DefaultOffsets, 5, 8, 31);
    private readonly TableSlot matchSlot = new(DefaultMatches, 6, 9, 52);
    private readonly int[] recent = new int[3];
    private HuffmanTable? huffman;

    /// <summary>Forgets everything: a frame begins.</summary>
    public void Reset()
    {
        huffman = null;
        foreach (var slot in (TableSlot[])[literalSlot, offsetSlot, matchSlot]) slot.Table = null;
        (recent[0], recent[1], recent[2]) = (1, 4, 8);
    }

    /// <summary>Decodes a block.</summary>
    /// <param name="source">The block without its header.</param>
    /// <param name="window">What copies may reach: the frame's bytes up to <paramref name="written"/>, and room for more.</param>
    /// <param name="written">Bytes that stand in the window.</param>
    /// <returns>Bytes that stand in the window afterwards.</returns>
    public int Decode(ReadOnlySpan<byte> source, Span<byte> window, int written)
    {
        var target = window[..Math.Min(window.Length, written + MaxBytes)];
        ReadOnlySpan<byte> literals = literalBuffer.AsSpan(0, ReadLiterals(ref source));
        var count = ReadSequenceCount(ref source);
        if (count > 0) written = RunSequences(source, count, target, written, ref literals);
        else if (!source.IsEmpty) throw Damaged();
        if (literals.Length > target.Length - written) throw Damaged();
        literals.CopyTo(target[written..]);
        return written + literals.Length;
    }

    private int ReadLiterals(ref ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) throw Damaged();
        var (type, format) = (source[0] & 3, (source[0] >> 2) & 3);
        return type < 2 ? ReadPlainLiterals(ref source, type, format) : ReadPackedLiterals(ref source, type, format);
    }

    private int ReadPlainLiterals(ref ReadOnlySpan<byte> source, int type, int format)
    {
        var headerSize = format switch { 1 => 2, 3 => 3, _ => 1 };
        var size = (int)(Number(ref source, headerSize) >> (headerSize == 1 ? 3 : 4));
        if (size > MaxBytes || source.Length < (type == 1 ? 1 : size)) throw Damaged();
        if (type == 1) literalBuffer.AsSpan(0, size).Fill(source[0]);
        else source[..size].CopyTo(literalBuffer);
        source = source[(type == 1 ? 1 : size)..];
        return size;
    }

    private int ReadPackedLiterals(ref ReadOnlySpan<byte> source, int type, int format)
    {
        var width = format switch { 2 => 14, 3 => 18, _ => 10 };
        var header = Number(ref source, ((2 * width) + 4) / 8) >> 4;
        var size = (int)(header & ((1ul << width) - 1));
        var packedSize = (int)(header >> width);
        if (size > MaxBytes || packedSize > source.Length) throw Damaged();
        var packed = source[..packedSize];
        source = source[packedSize..];
        if (type == 2) huffman = HuffmanTable.Read(ref packed);
        if (huffman is null) throw Damaged();
        var literals = literalBuffer.AsSpan(0, size);
        if (format == 0)
        {
            huffman.Decode(packed, literals);
            return size;
        }

        if (packed.Length < 6) throw Damaged();
        var streams = packed[6..];
        var part = (size + 3) / 4;
        for (var i = 0; i < 4; i++)
        {
            var length = i < 3 ? packed[2 * i] | (packed[(2 * i) + 1] << 8) : streams.Length;
            if (length > streams.Length || (i < 3 && part > literals.Length)) throw Damaged();
            huffman.Decode(streams[..length], i < 3 ? literals[..part] : literals);
            streams = streams[length..];
            if (i < 3) literals = literals[part..];
        }

        return size;
    }

    private static int ReadSequenceCount(ref ReadOnlySpan<byte> source)
    {
        var first = (int)Number(ref source, 1);
        return first switch
        {
            < 128 => first,
            < 255 => ((first - 128) << 8) + (int)Number(ref source, 1),
            _ => (int)Number(ref source, 2) + 0x7F00,
        };
    }

    private int RunSequences(ReadOnlySpan<byte> source, int count, Span<byte> target, int written, ref ReadOnlySpan<byte> literals)
    {
        var modes = (int)Number(ref source, 1);
        if ((modes & 3) != 0) throw Damaged();
        var literalTable = literalSlot.Choose(modes >> 6, ref source);
        var offsetTable = offsetSlot.Choose((modes >> 4) & 3, ref source);
        var matchTable = matchSlot.Choose((modes >> 2) & 3, ref source);
        var bits = new BackwardBits(source);
        var (literalState, offsetState, matchState) = (bits.Read(literalTable.Log), bits.Read(offsetTable.Log), bits.Read(matchTable.Log));
        while (true)
        {
            var offsetWidth = offsetTable.Symbol(offsetState);
            if (offsetWidth > 30) throw Damaged();
            var offsetValue = (1 << offsetWidth) + bits.Read(offsetWidth);
            var length = MatchCode.Read(matchTable.Symbol(matchState), ref bits);
            var run = LiteralCode.Read(literalTable.Symbol(literalState), ref bits);
            if (bits.Remaining < 0 || run > literals.Length || run > target.Length - written) throw Damaged();
            literals[..run].CopyTo(target[written..]);
            literals = literals[run..];
            written += run;
            Matches.Copy(target, written, Offset(offsetValue, run == 0), length);
            written += length;
            if (--count == 0) break;
            literalState = literalTable.Next(literalState, ref bits);
            matchState = matchTable.Next(matchState, ref bits);
            offsetState = offsetTable.Next(offsetState, ref bits);
        }

        return bits.Remaining == 0 ? written : throw Damaged();
    }

    /// <summary>Values 1 to 3 mean an offset used lately; without literals before the match the first of them is skipped.</summary>
    private int Offset(int value, bool hasNoLiterals)
    {
        var index = value > 3 ? 3 : value - 1 + (hasNoLiterals ? 1 : 0);
        if (index == 0) return recent[0];
        var offset = value > 3 ? value - 3 : index == 3 ? recent[0] - 1 : recent[index];
        if (index > 1) recent[2] = recent[1];
        recent[1] = recent[0];
        return recent[0] = offset;
    }

    private static ulong Number(ref ReadOnlySpan<byte> source, int bytes)
    {
        if (source.Length < bytes) throw Damaged();
        var value = 0ul;
        for (var i = 0; i < bytes; i++) value |= (ulong)source[i] << (8 * i);
        source = source[bytes..];
        return value;
    }

    private static InvalidDataException Damaged() => new("the zstd data is damaged");

    /// <summary>Numbers as codes with extra bits; each code begins where the one before ends.</summary>
    private sealed class LengthCode
    {
        private readonly int[] bases;
        private readonly byte[] widths;

        public LengthCode(int first, byte[] extraBits)
        {
            widths = extraBits;
            bases = new int[extraBits.Length];
            for (var i = 0; i < bases.Length; i++)
            {
                bases[i] = first;
                first += 1 << extraBits[i];
            }
        }

        public int Read(int code, ref BackwardBits bits) =>
            code < bases.Length ? bases[code] + bits.Read(widths[code]) : throw Damaged();
    }

    /// <summary>One of the three kinds of symbols of a sequence, with the table used last.</summary>
    private sealed class TableSlot(short[] defaults, int defaultLog, int maxLog, int maxSymbol)
    {
        private readonly FseTable predefined = new(defaults, defaultLog);

        public FseTable? Table { get; set; }

        public FseTable Choose(int mode, ref ReadOnlySpan<byte> source)
        {
            Table = mode switch
            {
                0 => predefined,
                1 => FseTable.Constant((byte)Number(ref source, 1)),
                2 => FseTable.Read(ref source, maxLog, maxSymbol),
                _ => Table,
            };
            return Table ?? throw Damaged();
        }
    }
}
