using Hone.Data.Rendering;

namespace Hone.Data;

/// <summary>What one row became.</summary>
internal readonly record struct RowOutcome(int[]? Ids, float[]? Weights, bool HasTurns, string? Reason)
{
    public static RowOutcome Used(int[] ids, float[] weights, bool hasTurns) => new(ids, weights, hasTurns, null);

    public static RowOutcome Rejected(string reason) => new(null, null, false, reason);
}

/// <summary>Keeps the books while rows come in: lengths, what is left out, and why.</summary>
internal sealed class DatasetAccount(DatasetOptions options, SegmentTokenizer? tokenizer)
{
    private readonly List<TokenizedSample> samples = [];
    private readonly List<RowLocation> locations = [];
    private readonly List<RowError> rejected = [];
    private readonly List<RowError> tooLong = [];
    private readonly List<RowError> truncated = [];
    private long tokens;
    private long learned;
    private int longest;
    private int turnsWithoutEnd;

    public int Rows => locations.Count;

    public void Add(RowLocation location, RowOutcome outcome)
    {
        var row = locations.Count;
        locations.Add(location);
        if (outcome.Reason is not null)
        {
            rejected.Add(new RowError(location, outcome.Reason));
            return;
        }

        var (ids, weights) = (outcome.Ids!, outcome.Weights!);
        if (ids.Length > options.MaxLength && !Shorten(location, ref ids, ref weights)) return;
        if (ids.Length == 0)
        {
            rejected.Add(new RowError(location, "the row is empty"));
            return;
        }

        var sample = new TokenizedSample(ids, weights, row);
        if (sample.LearnedCount == 0)
        {
            rejected.Add(new RowError(location, WhyNothingIsLearned(outcome, ids.Length)));
            return;
        }

        samples.Add(sample);
        tokens += ids.Length;
        learned += sample.LearnedCount;
        longest = Math.Max(longest, ids.Length);
        if (outcome.HasTurns) turnsWithoutEnd += tokenizer?.TurnsWithoutEnd(ids, weights) ?? 0;
    }

    public LoadedDataset Close(IEnumerable<string> files)
    {
        if (samples.Count == 0)
        {
            var first = rejected.Concat(tooLong).FirstOrDefault();
            throw new HoneException(ExitCode.Data, locations.Count == 0 ? "The data set is empty." : $"None of the {locations.Count} rows can be used.",
                first?.ToString() ?? (files.Any() ? string.Join(", ", files) : null), first is null ? "Check that the file holds rows." : "Mend the rows; the first one is named above.");
        }

        return new LoadedDataset(samples, locations, new DatasetReport
        {
            Rows = locations.Count,
            Samples = samples.Count,
            Tokens = tokens,
            LearnedTokens = learned,
            LongestSample = longest,
            Rejected = rejected,
            TooLong = tooLong,
            Truncated = truncated,
            TurnsWithoutEnd = turnsWithoutEnd,
        });
    }

    private static string WhyNothingIsLearned(RowOutcome outcome, int length)
    {
        if (outcome.Ids!.Length == 1) return "nothing in it is learned: it is a single token, which nothing stands before";
        return "nothing in it is learned: no " + (outcome.HasTurns ? "assistant turn" : "label other than -100") + (length < outcome.Ids.Length ? " left after truncation" : "");
    }

    private bool Shorten(RowLocation location, ref int[] ids, ref float[] weights)
    {
        var (length, max) = (ids.Length, options.MaxLength);
        var reason = $"{length} tokens, max_length is {max}";
        switch (options.Truncation)
        {
            case Truncation.Delete:
                tooLong.Add(new RowError(location, reason));
                return false;
            case Truncation.Raise:
                throw new HoneException(ExitCode.Data, $"A row has {reason}.", location.ToString(),
                    "Raise max_length, shorten the row, or set truncation_strategy to delete, left or right.");
            case Truncation.Left:
                (ids, weights) = (ids[(length - max)..], weights[(length - max)..]);
                break;
            default:
                (ids, weights) = (ids[..max], weights[..max]);
                break;
        }

        truncated.Add(new RowError(location, reason));
        return true;
    }
}
