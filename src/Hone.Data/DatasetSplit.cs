using Hone.Data.Ledger;
using Hone.Data.Storage;
using Hone.Tensors;

namespace Hone.Data;

/// <summary>Holds rows back for validation.</summary>
public static class DatasetSplit
{
    /// <summary>
    /// Divides samples in two: a share of the rows, drawn by the seed (or, unshuffled, the last rows), at least one and never all. Both keep
    /// their order. A row that was taken several times is held back as one, so that nothing is learned that validates. Samples, tokens and
    /// lengths are each half's own in its report; everything else there is of all rows that were read.
    /// </summary>
    /// <param name="data">All samples.</param>
    /// <param name="ratio">Share for validation.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="shuffle">Draw, or take the end.</param>
    public static (LoadedDataset Train, LoadedDataset Validation) Split(LoadedDataset data, double ratio, ulong seed, bool shuffle)
    {
        ArgumentNullException.ThrowIfNull(data);
        var samples = SampleList.Of(data.Samples);
        var rows = FirstOfEachRow(data, samples);
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

        var validation = Array.ConvertAll(order[(total - held)..], i => rows[i]);
        Array.Sort(validation);
        var chosen = validation.Select(i => data.Locations[samples.RowOf(i)]).ToHashSet();
        var training = new List<int>(samples.Count - validation.Length);
        for (var i = 0; i < samples.Count; i++)
        {
            if (!chosen.Contains(data.Locations[samples.RowOf(i)])) training.Add(i);
        }

        return (Part(data, samples, [.. training]), Part(data, samples, validation));
    }

    private static List<int> FirstOfEachRow(LoadedDataset data, SampleList samples)
    {
        var seen = new HashSet<RowLocation>();
        return [.. Enumerable.Range(0, samples.Count).Where(i => seen.Add(data.Locations[samples.RowOf(i)]))];
    }

    private static LoadedDataset Part(LoadedDataset data, SampleList all, int[] indices)
    {
        var samples = all.Part(indices);
        var (tokens, learned, longest) = (0L, 0L, 0);
        var lengths = new Dictionary<int, int>();
        for (var i = 0; i < samples.Count; i++)
        {
            var size = samples.SizeOf(i);
            tokens += size.Length;
            learned += size.Learned;
            longest = Math.Max(longest, size.Length);
            lengths[size.Length] = lengths.GetValueOrDefault(size.Length) + 1;
        }

        return data with
        {
            Samples = samples,
            Report = data.Report with { Samples = samples.Count, Tokens = tokens, LearnedTokens = learned, LongestSample = longest, Lengths = LengthCounts.Of(lengths) },
        };
    }
}
