namespace Hone.Tensors;

/// <summary>
/// Random numbers as a pure function of (seed, stream, index): Philox-4x32-10 of Salmon et al., "Parallel random numbers:
/// as easy as 1, 2, 3" (2011). Nothing is stored, so a dropout mask can be made again in the backward pass, and a resumed
/// run sees the numbers that the uninterrupted one would have seen.
/// </summary>
public static class CounterRandom
{
    /// <summary>Four independent 32-bit numbers for a counter.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">What the numbers are for: a mix of step and tensor, see <see cref="Stream"/>.</param>
    /// <param name="block">Which block of four.</param>
    public static (uint A, uint B, uint C, uint D) Block(ulong seed, ulong stream, ulong block)
    {
        uint c0 = (uint)block, c1 = (uint)(block >> 32), c2 = (uint)stream, c3 = (uint)(stream >> 32);
        uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (var round = 0; round < 10; round++)
        {
            var p0 = 0xD2511F53ul * c0;
            var p1 = 0xCD9E8D57ul * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>Number <paramref name="index"/> of a stream.</summary>
    public static uint UInt32(ulong seed, ulong stream, ulong index)
    {
        var (a, b, c, d) = Block(seed, stream, index >> 2);
        return (index & 3) switch { 0 => a, 1 => b, 2 => c, _ => d };
    }

    /// <summary>A number in [0, 1) with 24 random bits.</summary>
    public static float Uniform(ulong seed, ulong stream, ulong index) => (UInt32(seed, stream, index) >> 8) * (1f / (1 << 24));

    /// <summary>A standard normal number (Box–Muller in double, one of a pair per index).</summary>
    public static float Normal(ulong seed, ulong stream, ulong index)
    {
        var (a, b, _, _) = Block(seed, stream, index);
        var u = ((double)a + 1) / 4294967296.0;
        var v = (double)b / 4294967296.0;
        return (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v));
    }

    /// <summary>An integer in [0, <paramref name="exclusiveMaximum"/>), without the bias of a remainder.</summary>
    public static int Below(ulong seed, ulong stream, ulong index, int exclusiveMaximum)
    {
        var (a, b, _, _) = Block(seed, stream, index);
        return (int)(((UInt128)(((ulong)a << 32) | b) * (uint)exclusiveMaximum) >> 64);
    }

    /// <summary>A stream number from a purpose and up to two counters (step, tensor …).</summary>
    public static ulong Stream(string purpose, ulong first = 0, ulong second = 0)
    {
        // FNV-1a, then SplitMix64's finalizer over each counter.
        var h = 14695981039346656037ul;
        foreach (var ch in purpose) h = (h ^ ch) * 1099511628211ul;
        return Mix(Mix(h ^ (first + 0x9E3779B97F4A7C15ul)) ^ (second + 0xD1B54A32D192ED03ul));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ul;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBul;
        return z ^ (z >> 31);
    }
}
