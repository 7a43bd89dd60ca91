using System.Numerics;

namespace Hone.Data.Readers.Compression.Zstd;

/// <summary>The Huffman code of literals (RFC 8878, section 4.2).</summary>
internal sealed class HuffmanTable
{
    private const int MaxLog = 11;
    private const int MaxWeights = 255;

    private readonly int log;
    private readonly byte[] symbols;
    private readonly byte[] lengths;

    private HuffmanTable(ReadOnlySpan<byte> weights)
    {
        var sum = 0;
        foreach (var weight in weights) sum += weight > 0 ? 1 << (weight - 1) : 0;
        log = sum == 0 ? 0 : BitOperations.Log2((uint)sum) + 1;
        if (log is 0 or > MaxLog) throw Damaged();

        // The last weight is not written: it fills the code up.
        var rest = (1 << log) - sum;
        if (!BitOperations.IsPow2(rest)) throw Damaged();
        Span<byte> all = stackalloc byte[MaxWeights + 1];
        weights.CopyTo(all);
        all[weights.Length] = (byte)(BitOperations.Log2((uint)rest) + 1);
        all = all[..(weights.Length + 1)];
        symbols = new byte[1 << log];
        lengths = new byte[1 << log];
        var position = 0;
        for (var weight = 1; weight <= log; weight++)
        {
            for (var s = 0; s < all.Length; s++)
            {
                if (all[s] != weight) continue;
                var count = 1 << (weight - 1);
                symbols.AsSpan(position, count).Fill((byte)s);
                lengths.AsSpan(position, count).Fill((byte)(log + 1 - weight));
                position += count;
            }
        }

        if (position != symbols.Length) throw Damaged();
    }

    /// <summary>Reads the description of a code and moves behind it.</summary>
    public static HuffmanTable Read(ref ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) throw Damaged();
        var header = source[0];
        var size = header < 128 ? header : (header - 127 + 1) / 2;
        if (source.Length < 1 + size) throw Damaged();
        var description = source.Slice(1, size);
        source = source[(1 + size)..];
        Span<byte> weights = stackalloc byte[MaxWeights];
        if (header < 128) return new HuffmanTable(weights[..Compressed(description, weights)]);
        for (var i = 0; i < header - 127; i++) weights[i] = (byte)(i % 2 == 0 ? description[i / 2] >> 4 : description[i / 2] & 15);
        return new HuffmanTable(weights[..(header - 127)]);
    }

    /// <summary>Decodes a stream that gives so many bytes exactly.</summary>
    public void Decode(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var bits = new BackwardBits(source);
        foreach (ref var value in target)
        {
            var code = bits.Peek(log);
            value = symbols[code];
            bits.Skip(lengths[code]);
        }

        if (bits.Remaining != 0) throw Damaged();
    }

    /// <summary>Weights that are written with an entropy code of their own; two states take turns.</summary>
    private static int Compressed(ReadOnlySpan<byte> source, Span<byte> weights)
    {
        var table = FseTable.Read(ref source, 6, MaxLog + 1);
        var bits = new BackwardBits(source);
        var (current, other) = (bits.Read(table.Log), bits.Read(table.Log));
        for (var count = 0; count + 1 < weights.Length;)
        {
            weights[count++] = (byte)table.Symbol(current);
            current = table.Next(current, ref bits);
            if (bits.Remaining < 0)
            {
                weights[count++] = (byte)table.Symbol(other);
                return count;
            }

            (current, other) = (other, current);
        }

        throw Damaged();
    }

    private static InvalidDataException Damaged() => new("the zstd data is damaged: wrong Huffman code");
}
