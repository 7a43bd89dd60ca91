using Hone.Data.Readers;
using Hone.Tensors;

namespace Hone.Data;

/// <summary>Reads the rows of a file, or some of them.</summary>
public static class DatasetRows
{
    /// <summary>All rows of a file or folder, or so many of them, in the order of the file.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="count">Rows to take; null takes all.</param>
    /// <param name="options">Whether rows are drawn at random, and with which seed.</param>
    /// <exception cref="HoneException">A file can't be opened or is damaged, or a folder holds no data (exit code 3).</exception>
    public static IEnumerable<JsonRow> Read(string path, int? count, DatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var rows = DataFiles.Read(path);
        if (count is not { } wanted) return rows;
        return options.SampleAtRandom ? Draw(rows, path, wanted, options.Seed) : rows.Take(wanted);
    }

    private static IEnumerable<JsonRow> Draw(IEnumerable<JsonRow> rows, string path, int wanted, ulong seed)
    {
        var all = rows.ToList();
        if (wanted >= all.Count) return all;
        var order = Enumerable.Range(0, all.Count).ToArray();
        var stream = CounterRandom.Stream("choose rows of " + Path.GetFileName(path));
        for (var i = 0; i < wanted; i++)
        {
            var j = i + CounterRandom.Below(seed, stream, (ulong)i, all.Count - i);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order.Take(wanted).Order().Select(i => all[i]);
    }
}
