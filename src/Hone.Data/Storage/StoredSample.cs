using System.Runtime.InteropServices;

namespace Hone.Data.Storage;

/// <summary>Where a sample lies, and how large it is: all that is kept of it in memory.</summary>
internal readonly record struct StoredSample(long Offset, int Bytes, int Row, SampleSize Size)
{
    /// <summary>Bytes of a sample: its ids, then its weights as stretches of one weight, each a length and the weight.</summary>
    public static int BytesOf(ReadOnlySpan<int> ids, ReadOnlySpan<float> weights)
    {
        var stretches = 1;
        for (var i = 1; i < weights.Length; i++)
        {
            if (!SameBits(weights[i], weights[i - 1])) stretches++;
        }

        return checked(sizeof(int) * ids.Length + 2 * sizeof(int) * stretches);
    }

    /// <summary>Writes a sample into just so many bytes.</summary>
    public static void Write(ReadOnlySpan<int> ids, ReadOnlySpan<float> weights, Span<byte> to)
    {
        var words = MemoryMarshal.Cast<byte, int>(to);
        ids.CopyTo(words);
        words = words[ids.Length..];
        for (var start = 0; start < weights.Length; words = words[2..])
        {
            var end = start + 1;
            while (end < weights.Length && SameBits(weights[end], weights[start])) end++;
            words[0] = end - start;
            words[1] = BitConverter.SingleToInt32Bits(weights[start]);
            start = end;
        }
    }

    /// <summary>The ids, in place.</summary>
    public ReadOnlySpan<int> Ids(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, int>(bytes)[..Size.Length];

    /// <summary>The weights, written out.</summary>
    public void Weights(ReadOnlySpan<byte> bytes, Span<float> to)
    {
        for (var words = MemoryMarshal.Cast<byte, int>(bytes)[Size.Length..]; words.Length > 0; words = words[2..])
        {
            to[..words[0]].Fill(BitConverter.Int32BitsToSingle(words[1]));
            to = to[words[0]..];
        }
    }

    private static bool SameBits(float a, float b) => BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b);
}
