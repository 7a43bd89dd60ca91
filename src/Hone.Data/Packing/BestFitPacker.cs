using System.Numerics;

namespace Hone.Data.Packing;

/// <summary>
/// Best-fit decreasing bin packing: longest sample first, each into the fullest pack that still has room. Time grows with
/// samples and with capacity / 64, not with the number of packs.
/// </summary>
internal sealed class BestFitPacker
{
    private readonly int capacity;

    // Open packs by free room: a stack for each amount of room (head, then next), and a bit that says the stack is not empty.
    private readonly int[] head;
    private readonly List<int> next = [];
    private readonly ulong[] occupied;

    private BestFitPacker(int capacity)
    {
        this.capacity = capacity;
        head = new int[capacity + 1];
        Array.Fill(head, -1);
        occupied = new ulong[capacity / 64 + 1];
    }

    /// <summary>The pack number of each sample, and the number of packs. Samples longer than a pack get one of their own.</summary>
    /// <param name="lengths">Tokens of each sample.</param>
    /// <param name="order">Every sample once: which of two equally long samples goes first.</param>
    /// <param name="capacity">Tokens that a pack holds.</param>
    public static (int[] PackOf, int PackCount) Pack(ReadOnlySpan<int> lengths, ReadOnlySpan<int> order, int capacity)
    {
        var packer = new BestFitPacker(capacity);
        var packOf = new int[lengths.Length];
        foreach (var sample in LongestFirst(lengths, order, capacity)) packOf[sample] = packer.Place(lengths[sample]);
        return (packOf, packer.next.Count);
    }

    /// <summary>A counting sort, stable in <paramref name="order"/>.</summary>
    private static int[] LongestFirst(ReadOnlySpan<int> lengths, ReadOnlySpan<int> order, int capacity)
    {
        var starts = new int[capacity + 2];
        foreach (var length in lengths) starts[Rank(length, capacity) + 1]++;
        for (var i = 0; i <= capacity; i++) starts[i + 1] += starts[i];
        var sorted = new int[lengths.Length];
        foreach (var sample in order) sorted[starts[Rank(lengths[sample], capacity)]++] = sample;
        return sorted;
    }

    private static int Rank(int length, int capacity) => capacity - Math.Min(length, capacity);

    private int Place(int length)
    {
        var room = length > capacity ? -1 : TightestRoom(length);
        int pack;
        if (room < 0)
        {
            pack = next.Count;
            next.Add(-1);
            room = Math.Max(capacity, length);
        }
        else
        {
            pack = head[room];
            head[room] = next[pack];
            if (head[room] < 0) occupied[room >> 6] &= ~(1ul << room);
        }

        var left = room - length;
        if (left > 0)
        {
            next[pack] = head[left];
            head[left] = pack;
            occupied[left >> 6] |= 1ul << left;
        }

        return pack;
    }

    /// <summary>The smallest room of an open pack that is at least <paramref name="length"/>, or -1.</summary>
    private int TightestRoom(int length)
    {
        var word = length >> 6;
        var bits = occupied[word] & (ulong.MaxValue << length);
        while (bits == 0)
        {
            if (++word == occupied.Length) return -1;
            bits = occupied[word];
        }

        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }
}
