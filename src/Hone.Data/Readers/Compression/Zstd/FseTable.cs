using System.Numerics;

namespace Hone.Data.Readers.Compression.Zstd;

/// <summary>A decoding table of a finite state entropy code (RFC 8878, section 4.1).</summary>
internal sealed class FseTable
{
    private readonly byte[] symbols;
    private readonly byte[] bits;
    private readonly ushort[] bases;

    private FseTable(int log)
    {
        Log = log;
        symbols = new byte[1 << log];
        bits = new byte[1 << log];
        bases = new ushort[1 << log];
    }

    /// <summary>Builds the table of normalised counts; −1 is a symbol less likely than one in the table's size.</summary>
    public FseTable(ReadOnlySpan<short> counts, int log)
        : this(log)
    {
        var size = 1 << log;
        Span<ushort> next = stackalloc ushort[256];
        var high = size;
        for (var s = 0; s < counts.Length; s++)
        {
            if (counts[s] != -1) continue;
            symbols[--high] = (byte)s;
            next[s] = 1;
        }

        var (position, step, mask) = (0, (size >> 1) + (size >> 3) + 3, size - 1);
        for (var s = 0; s < counts.Length; s++)
        {
            if (counts[s] <= 0) continue;
            next[s] = (ushort)counts[s];
            for (var i = 0; i < counts[s]; i++)
            {
                symbols[position] = (byte)s;
                do position = (position + step) & mask;
                while (position >= high);
            }
        }

        for (var i = 0; i < size; i++)
        {
            var state = next[symbols[i]]++;
            bits[i] = (byte)(log - BitOperations.Log2(state));
            bases[i] = (ushort)((state << bits[i]) - size);
        }
    }

    /// <summary>Bits of the first state.</summary>
    public int Log { get; }

    /// <summary>A table that gives one symbol for ever.</summary>
    public static FseTable Constant(byte symbol)
    {
        var table = new FseTable(0);
        table.symbols[0] = symbol;
        return table;
    }

    public int Symbol(int state) => symbols[state];

    public int Next(int state, ref BackwardBits source) => bases[state] + source.Read(bits[state]);

    /// <summary>Reads the description of a table and moves behind it.</summary>
    /// <param name="source">Where it stands.</param>
    /// <param name="maxLog">The largest table allowed.</param>
    /// <param name="maxSymbol">The largest symbol allowed.</param>
    public static FseTable Read(ref ReadOnlySpan<byte> source, int maxLog, int maxSymbol)
    {
        var reader = new ForwardBits(source);
        var log = reader.Read(4) + 5;
        if (log > maxLog) throw Damaged();
        Span<short> counts = stackalloc short[maxSymbol + 1];
        var (remaining, count) = (1 << log, 0);
        while (remaining > 0)
        {
            if (count > maxSymbol) throw Damaged();
            var share = ReadShare(ref reader, remaining) - 1;
            remaining -= Math.Abs(share);
            counts[count++] = (short)share;
            if (share == 0) count = SkipZeros(ref reader, count, maxSymbol);
        }

        if (remaining < 0) throw Damaged();
        source = source[reader.BytesUsed..];
        return new FseTable(counts[..count], log);
    }

    /// <summary>A number of 0 to remaining + 1; the small ones of them take a bit less.</summary>
    private static int ReadShare(ref ForwardBits reader, int remaining)
    {
        var width = BitOperations.Log2((uint)remaining + 1) + 1;
        var threshold = (1 << width) - 1 - (remaining + 1);
        var low = reader.Read(width - 1);
        if (low < threshold) return low;
        var value = low | (reader.Read(1) << (width - 1));
        return value > (1 << (width - 1)) - 1 ? value - threshold : value;
    }

    private static int SkipZeros(ref ForwardBits reader, int count, int maxSymbol)
    {
        while (true)
        {
            var zeros = reader.Read(2);
            count += zeros;
            if (count > maxSymbol + 1) throw Damaged();
            if (zeros < 3) return count;
        }
    }

    private static InvalidDataException Damaged() => new("the zstd data is damaged: wrong entropy table");

    /// <summary>Reads bits from the lowest of the first byte on.</summary>
    private ref struct ForwardBits(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> bytes = bytes;
        private int position;

        public readonly int BytesUsed => (position + 7) >> 3;

        public int Read(int count)
        {
            if (position + count > bytes.Length * 8) throw Damaged();
            var value = 0;
            for (var i = 0; i < count; i++, position++) value |= ((bytes[position >> 3] >> (position & 7)) & 1) << i;
            return value;
        }
    }
}
