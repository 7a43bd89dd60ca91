using Hone.Data.Readers;
using Hone.Tensors;

namespace Hone.Data.Sources;

/// <summary>
/// Takes a number of rows. Where there are fewer, they are taken as often as they fit in, and the rest is taken of them once more: what
/// ms-swift does for <c>name#N</c>.
/// </summary>
internal static class RowSample
{
    /// <summary>The first rows, from the beginning again where they end.</summary>
    public static IEnumerable<JsonRow> First(IEnumerable<JsonRow> rows, int wanted)
    {
        var taken = 0;
        while (taken < wanted)
        {
            var before = taken;
            foreach (var row in rows.Take(wanted - taken))
            {
                taken++;
                yield return row;
            }

            if (taken == before) yield break;
        }
    }

    /// <summary>
    /// Rows drawn without putting any back, in the order of the file. The file is read once, and no more rows are held than are wanted:
    /// algorithm R of Vitter, "Random Sampling with a Reservoir" (1985).
    /// </summary>
    public static IEnumerable<JsonRow> Draw(IEnumerable<JsonRow> rows, int wanted, ulong seed, string name)
    {
        var kept = new List<(int Number, JsonRow Row)>();
        var stream = CounterRandom.Stream("choose rows of " + name);
        var total = 0;
        foreach (var row in rows)
        {
            if (total < wanted) kept.Add((total, row));
            else if (CounterRandom.Below(seed, stream, (ulong)total, total + 1) is var place && place < wanted) kept[place] = (total, row);
            total++;
        }

        kept.Sort((a, b) => a.Number.CompareTo(b.Number));
        return Repeat(kept.ConvertAll(k => k.Row), wanted, seed, name);
    }

    private static IEnumerable<JsonRow> Repeat(List<JsonRow> rows, int wanted, ulong seed, string name)
    {
        if (rows.Count == 0 || rows.Count == wanted) return rows;
        var whole = Enumerable.Repeat(rows, wanted / rows.Count).SelectMany(r => r);
        return wanted % rows.Count is > 0 and var rest ? whole.Concat(Draw(rows, rest, seed, "the rest of " + name)) : whole;
    }
}
