using Hone.Data.Rendering;

namespace Hone.Data.Ledger;

/// <summary>Adds up what is learned, sample by sample, and keeps none of them.</summary>
internal sealed class SupervisionCounts(SegmentTokenizer? tokenizer)
{
    private readonly long[] tokens = new long[Enum.GetValues<SegmentRole>().Length];
    private readonly long[] learned = new long[Enum.GetValues<SegmentRole>().Length];

    private readonly Dictionary<int, int> lengths = [];

    /// <summary>The lengths of the samples.</summary>
    public LengthCounts Lengths => LengthCounts.Of(lengths);

    /// <summary>Their hashes.</summary>
    public RowHashes Hashes { get; } = new();

    /// <summary>Answers of which something is learned.</summary>
    public int Turns { get; private set; }

    /// <summary>Those of them that lost their end to truncation.</summary>
    public int TurnsCut { get; private set; }

    /// <summary>Those of them whose end token is not learned.</summary>
    public int TurnsWithoutEnd { get; private set; }

    /// <summary>The roles that occur.</summary>
    public IReadOnlyList<RoleShare> Roles =>
        [.. Enum.GetValues<SegmentRole>().Select(r => new RoleShare(r, tokens[(int)r], learned[(int)r])).Where(r => r.Tokens > 0)];

    /// <summary>Counts a sample.</summary>
    /// <param name="sample">What is left of the row.</param>
    /// <param name="row">The row before truncation.</param>
    /// <param name="cut">Tokens that truncation took from its beginning.</param>
    /// <returns>Numbers of the answers (from 1) that end without an end token that is learned.</returns>
    public List<int> Add(TokenizedSample sample, TokenizedRow row, int cut)
    {
        lengths[sample.Ids.Length] = lengths.GetValueOrDefault(sample.Ids.Length) + 1;
        Hashes.Add(sample.Ids, sample.LossWeights);
        for (var i = 0; i < sample.Ids.Length; i++)
        {
            var role = (int)(row.Roles.Length == 0 ? SegmentRole.Text : row.Roles[cut + i]);
            tokens[role]++;
            if (i > 0 && sample.LossWeights[i] > 0) learned[role]++;
        }

        var without = new List<int>();
        for (var i = 0; i < row.Turns.Count; i++)
        {
            var end = tokenizer!.EndOf(row.Turns[i], sample.Ids, sample.LossWeights, cut);
            if (end == TurnEnd.Gone) continue;
            Turns++;
            if (end == TurnEnd.Cut) TurnsCut++;
            if (end == TurnEnd.Missing) without.Add(i + 1);
        }

        TurnsWithoutEnd += without.Count;
        return without;
    }
}
