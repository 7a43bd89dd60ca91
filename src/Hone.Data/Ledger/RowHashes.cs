using System.Runtime.InteropServices;
using Hone.Data.Readers.Compression.Zstd;
using Hone.Data.Storage;

namespace Hone.Data.Ledger;

/// <summary>Finds samples with the same tokens and weights by a hash of 8 bytes each: what was hashed is not kept.</summary>
internal sealed class RowHashes
{
    private readonly XxHash64 hash = new();
    private readonly ChunkedList<ulong> hashes = new();

    /// <summary>Adds the next sample.</summary>
    public void Add(ReadOnlySpan<int> ids, ReadOnlySpan<float> weights)
    {
        hash.Reset();
        hash.Add(MemoryMarshal.AsBytes(ids));
        hash.Add(MemoryMarshal.AsBytes(weights));
        hashes.Add(hash.Value);
    }

    /// <summary>Rows that equal one before them. A row that is taken several times counts once, and is no duplicate of itself.</summary>
    /// <param name="rowOf">The row of each sample, ascending.</param>
    /// <param name="locations">Where rows stand.</param>
    public Listing<DuplicateRow> Duplicates(Func<int, int> rowOf, RowLocations locations)
    {
        var keys = new ulong[hashes.Count];
        var samples = new int[hashes.Count];
        for (var i = 0; i < keys.Length; i++) (keys[i], samples[i]) = (hashes[i], i);
        Array.Sort(keys, samples);
        var (count, earliest) = (0, new PriorityQueue<(int Row, int First), int>());
        for (var i = 0; i < keys.Length;)
        {
            var end = i + 1;
            while (end < keys.Length && keys[end] == keys[i]) end++;
            if (end - i > 1) Add(samples.AsSpan(i..end));
            i = end;
        }

        var first = new List<(int Row, int First)>(earliest.Count);
        while (earliest.TryDequeue(out var duplicate, out _)) first.Add(duplicate);
        first.Reverse();
        return new Listing<DuplicateRow>(count, [.. first.Select(d => new DuplicateRow(locations[d.Row], locations[d.First]))]);

        static int Smallest(ReadOnlySpan<int> rows)
        {
            var smallest = rows[0];
            foreach (var row in rows) smallest = Math.Min(smallest, row);
            return smallest;
        }

        void Add(Span<int> same)
        {
            foreach (ref var sample in same) sample = rowOf(sample);
            var original = Smallest(same);
            same.Sort((a, b) => (locations.Places[a], a).CompareTo((locations.Places[b], b)));
            for (var i = 0; i < same.Length; i++)
            {
                var isSeen = i > 0 && locations.Places[same[i]] == locations.Places[same[i - 1]];
                if (isSeen || locations.Places[same[i]] == locations.Places[original]) continue;
                count++;
                earliest.Enqueue((same[i], original), -same[i]);
                if (earliest.Count > Listing.Most) earliest.Dequeue();
            }
        }
    }
}
