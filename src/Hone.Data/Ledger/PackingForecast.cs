using Hone.Data.Packing;

namespace Hone.Data.Ledger;

/// <summary>How full packs would be.</summary>
public static class PackingForecast
{
    /// <summary>Tokens over the room of the packs that best fit makes, 0 to 1.</summary>
    /// <param name="lengths">How long the samples are.</param>
    /// <param name="packingLength">Tokens that a pack holds; a longer sample fills one by itself.</param>
    public static double Efficiency(LengthCounts lengths, int packingLength)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        ArgumentOutOfRangeException.ThrowIfLessThan(packingLength, 1);
        if (lengths.Samples == 0) return 0;
        var tokens = lengths.ToArray();
        var order = new int[tokens.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var (packOf, count) = BestFitPacker.Pack(tokens, order, packingLength);
        var used = new long[count];
        for (var i = 0; i < tokens.Length; i++) used[packOf[i]] += tokens[i];
        return (double)used.Sum() / used.Sum(u => Math.Max(u, packingLength));
    }
}
