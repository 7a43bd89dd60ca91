using Hone.Data.Ledger;
using Hone.Data.Rendering;
using Hone.Data.Storage;

namespace Hone.Data;

/// <summary>What one row became: tokens, or the reason why it can't be used.</summary>
/// <param name="Row">Its tokens, or null.</param>
/// <param name="Content">How it was understood; null where it was not.</param>
/// <param name="Reason">Why it can't be used, or null.</param>
internal readonly record struct RowOutcome(TokenizedRow? Row, RowContent? Content, string? Reason)
{
    public static RowOutcome Rejected(string reason, RowContent? content = null) => new(null, content, reason);
}

/// <summary>Keeps the books while rows come in: lengths, what is left out, and why.</summary>
internal sealed class DatasetAccount(DatasetOptions options, SegmentTokenizer? tokenizer, SampleWriter samples)
{
    /// <summary>Rows of which each names another channel must not fill the memory.</summary>
    private const int MaxChannels = 1000;

    private readonly RowLocations locations = new();
    private readonly ListingBuilder<RowError> rejected = new();
    private readonly ListingBuilder<RowError> tooLong = new();
    private readonly ListingBuilder<RowError> truncated = new();
    private readonly ListingBuilder<RowError> withoutEnd = new();
    private readonly ListingBuilder<RowError> misrendered = new();
    private readonly SupervisionCounts counts = new(tokenizer);
    private long tokens;
    private long learned;
    private int longest;
    private int conversations;
    private int splitAnswers;
    private readonly Counts forms = new();
    private readonly Counts unusedColumns = new();
    private readonly Dictionary<string, ChannelShare> channels = new(StringComparer.Ordinal);

    public int Rows => locations.Count;

    /// <summary>Samples so far.</summary>
    public int Samples => samples.Count;

    /// <summary>Tokens of the samples so far.</summary>
    public long Tokens => tokens;

    public void Add(RowLocation location, RowOutcome outcome)
    {
        var row = locations.Count;
        locations.Add(location);
        if (outcome.Content is { } content)
        {
            forms.Add(content.Form);
            if (content is Conversation) conversations++;
            foreach (var column in content.UnusedColumns) unusedColumns.Add(column);
        }

        var kept = KeptRow.Of(outcome, options);
        if (kept.Fate == RowFate.Rejected) rejected.Add(new RowError(location, kept.Reason!));
        if (kept.Fate == RowFate.TooLong) LeaveOut(location, kept.Reason!);
        if (kept.Fate is RowFate.Rejected or RowFate.TooLong) return;
        if (kept.Fate == RowFate.Truncated) truncated.Add(new RowError(location, kept.Reason!));
        var whole = outcome.Row!;
        var sample = kept.Fate == RowFate.Used ? new TokenizedSample(whole.Ids, whole.Weights, row)
            : new TokenizedSample(whole.Ids[kept.Start..kept.End], whole.Weights[kept.Start..kept.End], row);
        var size = SampleSize.Of(sample.LossWeights);
        samples.Add(sample, size);
        tokens += sample.Ids.Length;
        learned += size.Learned;
        longest = Math.Max(longest, sample.Ids.Length);
        var endless = counts.Add(sample, whole, kept.Start);
        if (endless.Count > 0) withoutEnd.Add(new RowError(location, WhyItMayNotStop(endless, whole.Turns.Count)));
        if ((whole.Proof?.TokenFault ?? whole.Proof?.PromptFault) is { } fault) misrendered.Add(new RowError(location, fault));
        if (whole.Proof is { Split: true }) splitAnswers++;
        if (outcome.Content?.Channel is not { } channel) return;
        if (channels.Count >= MaxChannels && !channels.ContainsKey(channel)) channel = Counts.Others;
        var share = channels.GetValueOrDefault(channel);
        channels[channel] = new ChannelShare(share.Samples + 1, share.LearnedTokens + size.Learned);
    }

    /// <summary>The first row that can't be used, or null.</summary>
    public RowError? FirstRejected => rejected.FirstOrDefault;

    /// <summary>Ends the account of a data set.</summary>
    /// <exception cref="HoneException">No row can be used (exit code 3).</exception>
    public (StoredSamples Samples, RowLocations Locations, DatasetReport Report) Close(IEnumerable<string> files)
    {
        if (samples.Count == 0 && !options.IsInspection)
        {
            var first = rejected.FirstOrDefault ?? tooLong.FirstOrDefault;
            throw new HoneException(ExitCode.Data, locations.Count == 0 ? "The data set is empty." : $"None of the {locations.Count} rows can be used.",
                first?.ToString() ?? (files.Any() ? string.Join(", ", files) : null), first is null ? "Check that the file holds rows." : "Mend the rows; the first one is named above.");
        }

        return Finish();
    }

    /// <summary>Ends the account of rows of which maybe none can be used.</summary>
    public (StoredSamples Samples, RowLocations Locations, DatasetReport Report) Finish()
    {
        var stored = samples.Close();
        return (stored, locations, new DatasetReport
        {
            Rows = locations.Count,
            Samples = stored.Count,
            Conversations = conversations,
            Tokens = tokens,
            LearnedTokens = learned,
            LongestSample = longest,
            Rejected = rejected.Build(),
            TooLong = tooLong.Build(),
            Truncated = truncated.Build(),
            TurnsWithoutEnd = counts.TurnsWithoutEnd,
            WithoutEnd = withoutEnd.Build(),
            LearnedTurns = counts.Turns,
            TurnsCut = counts.TurnsCut,
            Roles = counts.Roles,
            Lengths = counts.Lengths,
            Duplicates = counts.Hashes.Duplicates(stored.RowOf, locations),
            Misrendered = misrendered.Build(),
            SplitAnswers = splitAnswers,
            Forms = forms.Totals,
            UnusedColumns = unusedColumns.Totals,
            Channels = channels,
        });
    }

    private static string WhyItMayNotStop(List<int> answers, int of) =>
        (of == 1 ? "the answer ends" : answers.Count == 1 ? $"answer {answers[0]} of {of} ends" : $"{answers.Count} of {of} answers end")
        + " without an end token that is learned";

    private void LeaveOut(RowLocation location, string reason)
    {
        tooLong.Add(new RowError(location, reason));
        if (options.Truncation == Truncation.Raise && !options.IsInspection)
        {
            throw new HoneException(ExitCode.Data, $"A row has {reason}.", location.ToString(),
                "Raise max_length, shorten the row, or set truncation_strategy to delete, left or right.");
        }
    }
}
