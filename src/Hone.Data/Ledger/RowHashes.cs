using System.Runtime.InteropServices;
using Hone.Data.Readers.Compression.Zstd;

namespace Hone.Data.Ledger;

/// <summary>Finds samples with the same tokens and weights by a hash of 8 bytes each: what was hashed is not kept.</summary>
internal sealed class RowHashes
{
    private readonly XxHash64 hash = new();
    private readonly List<ulong> hashes = [];
    private readonly List<int> rows = [];

    public void Add(int row, ReadOnlySpan<int> ids, ReadOnlySpan<float> weights)
    {
        hash.Reset();
        hash.Add(MemoryMarshal.AsBytes(ids));
        hash.Add(MemoryMarshal.AsBytes(weights));
        hashes.Add(hash.Value);
        rows.Add(row);
    }

    /// <summary>Rows that equal an earlier one, with that one; ascending.</summary>
    public List<(int Row, int First)> Duplicates()
    {
        var keys = hashes.ToArray();
        var values = rows.ToArray();
        Array.Sort(keys, values);
        var duplicates = new List<(int, int)>();
        for (var i = 0; i < keys.Length;)
        {
            var end = i + 1;
            while (end < keys.Length && keys[end] == keys[i]) end++;
            if (end - i > 1)
            {
                var same = values.AsSpan(i..end);
                same.Sort();
                foreach (var row in same[1..]) duplicates.Add((row, same[0]));
            }

            i = end;
        }

        duplicates.Sort();
        return duplicates;
    }
}
