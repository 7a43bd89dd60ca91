using Hone.Tensors;

namespace Hone.Data;

/// <summary>Holds rows back for validation.</summary>
public static class DatasetSplit
{
    /// <summary>
    /// Divides samples in two: a share of the rows, drawn by the seed (or, unshuffled, the last rows), at least one and never all. Both keep
    /// their order. A row that was taken several times is held back as one, so that nothing is learned that validates.
    /// </summary>
    /// <param name="data">All samples.</param>
    /// <param name="ratio">Share for validation.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="shuffle">Draw, or take the end.</param>
    public static (LoadedDataset Train, LoadedDataset Validation) Split(LoadedDataset data, double ratio, ulong seed, bool shuffle)
    {
        ArgumentNullException.ThrowIfNull(data);
        var rows = data.Samples.DistinctBy(s => data.Locations[s.Row]).ToList();
        var total = rows.Count;
        if (total < 2) throw new HoneException(ExitCode.Data, "One row can't be split into training and validation rows.", null, "Leave split_dataset_ratio out.");
        var held = Math.Clamp((int)Math.Round(total * ratio), 1, total - 1);
        var order = Enumerable.Range(0, total).ToArray();
        if (shuffle)
        {
            var stream = CounterRandom.Stream("validation split");
            for (var i = total - 1; i > total - 1 - held; i--)
            {
                var j = CounterRandom.Below(seed, stream, (ulong)i, i + 1);
                (order[i], order[j]) = (order[j], order[i]);
            }
        }

        var validation = order.AsSpan(total - held).ToArray().Order().Select(i => rows[i]).ToList();
        var chosen = validation.Select(s => data.Locations[s.Row]).ToHashSet();
        return (Part(data, [.. data.Samples.Where(s => !chosen.Contains(data.Locations[s.Row]))]), Part(data, validation));
    }

    private static LoadedDataset Part(LoadedDataset data, List<TokenizedSample> samples)
    {
        return data with
        {
            Samples = samples,
            Report = data.Report with
            {
                Samples = samples.Count,
                Tokens = samples.Sum(s => (long)s.Ids.Length),
                LearnedTokens = samples.Sum(s => (long)s.LearnedCount),
                LongestSample = samples.Max(s => s.Ids.Length),
            },
        };
    }
}
