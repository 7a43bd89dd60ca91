namespace Hone.Data.Ledger;

/// <summary>How many samples have how many tokens.</summary>
public sealed class LengthCounts
{
    /// <summary>Takes the counts over.</summary>
    /// <param name="all">Every length and how many samples have it, ascending.</param>
    public LengthCounts(IReadOnlyList<(int Length, int Samples)> all) => All = all;

    /// <summary>The counts of a dictionary from length to samples.</summary>
    internal static LengthCounts Of(Dictionary<int, int> counts) => new([.. counts.OrderBy(c => c.Key).Select(c => (c.Key, c.Value))]);

    /// <summary>Every length and how many samples have it, ascending.</summary>
    public IReadOnlyList<(int Length, int Samples)> All { get; }

    /// <summary>Samples counted.</summary>
    public int Samples => All.Sum(c => c.Samples);

    /// <summary>The smallest length that this share of the samples does not exceed; 0 when there is none.</summary>
    /// <param name="share">From 0 (the shortest) to 1 (the longest).</param>
    public int Percentile(double share)
    {
        var rank = Math.Max(1, (int)Math.Ceiling(share * Samples));
        foreach (var (length, samples) in All)
        {
            rank -= samples;
            if (rank <= 0) return length;
        }

        return 0;
    }

    /// <summary>Ranges of equal width, the first from 1 on and none wider than it must be, and the samples in each.</summary>
    /// <param name="most">How many ranges there may be.</param>
    public IReadOnlyList<(int From, int To, int Samples)> Ranges(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        if (All.Count == 0) return [];
        var longest = All[^1].Length;
        var width = RoundWidth(((longest - 1) / most) + 1);
        var ranges = new int[((longest - 1) / width) + 1];
        foreach (var (length, samples) in All) ranges[(length - 1) / width] += samples;
        return [.. ranges.Select((samples, i) => ((i * width) + 1, (int)Math.Min((i + 1L) * width, int.MaxValue), samples))];
    }

    /// <summary>The lengths of all samples, ascending.</summary>
    public int[] ToArray() => [.. All.SelectMany(c => Enumerable.Repeat(c.Length, c.Samples))];

    /// <summary>1, 2 or 5 times a power of ten, so that the borders are numbers that people read.</summary>
    private static int RoundWidth(int width)
    {
        for (var power = 1L; ; power *= 10)
        {
            foreach (var step in (ReadOnlySpan<int>)[1, 2, 5])
            {
                if (step * power >= width) return (int)Math.Min(step * power, int.MaxValue);
            }
        }
    }
}
