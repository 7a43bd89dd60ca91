namespace Hone.TinyModel.Language;

/// <summary>
/// The random numbers of one row: SplitMix64 (Steele, Lea and Flood, 2014) started from (seed, purpose, row), so that a row
/// is the same on every platform and does not depend on the rows before it.
/// </summary>
internal sealed class RowRandom(ulong seed, string purpose, long row)
{
    private ulong state = Mix(seed ^ Mix(Hash(purpose) ^ Mix((ulong)row + 0x9E3779B97F4A7C15ul)));

    /// <summary>An integer in [0, <paramref name="exclusiveMaximum"/>).</summary>
    public int Below(int exclusiveMaximum)
    {
        state += 0x9E3779B97F4A7C15ul;
        return (int)(((UInt128)Mix(state) * (uint)exclusiveMaximum) >> 64);
    }

    /// <summary>An integer from <paramref name="low"/> to <paramref name="high"/>, both possible.</summary>
    public int Between(int low, int high) => low + Below(high - low + 1);

    /// <summary>True in <paramref name="percent"/> of a hundred draws.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    /// <summary>One of the items, each equally likely.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>The items in a random order (Fisher–Yates).</summary>
    public T[] Shuffled<T>(IEnumerable<T> items)
    {
        var shuffled = items.ToArray();
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }

        return shuffled;
    }

    /// <summary>A 64-bit hash of a text: FNV-1a over its UTF-16 units, then a finalizer.</summary>
    public static ulong Hash(string text)
    {
        var h = 14695981039346656037ul;
        foreach (var unit in text) h = (h ^ unit) * 1099511628211ul;
        return Mix(h);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ul;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBul;
        return z ^ (z >> 31);
    }
}
