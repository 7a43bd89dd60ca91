using Hone.Data.Ledger;

namespace Hone.Data;

/// <summary>What became of every row: used, cut, or left out and why.</summary>
public sealed record DatasetReport
{
    /// <summary>Rows read, or chosen by <c>#N</c>.</summary>
    public required int Rows { get; init; }

    /// <summary>Samples that are trained on.</summary>
    public required int Samples { get; init; }

    /// <summary>Rows that a chat template renders, those that it refuses included.</summary>
    public int Conversations { get; init; }

    /// <summary>Tokens of the samples.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens that are learned.</summary>
    public required long LearnedTokens { get; init; }

    /// <summary>Longest sample, tokens.</summary>
    public required int LongestSample { get; init; }

    /// <summary>Rows that can't be read or rendered, or have nothing to learn.</summary>
    public required Listing<RowError> Rejected { get; init; }

    /// <summary>Rows left out because they are too long.</summary>
    public required Listing<RowError> TooLong { get; init; }

    /// <summary>Rows that lost their beginning or end.</summary>
    public required Listing<RowError> Truncated { get; init; }

    /// <summary>Assistant turns whose end token is not learned: such a model may never stop.</summary>
    public required int TurnsWithoutEnd { get; init; }

    /// <summary>Rows with such a turn.</summary>
    public Listing<RowError> WithoutEnd { get; init; } = Listing.Empty<RowError>();

    /// <summary>Assistant turns of which something is learned.</summary>
    public int LearnedTurns { get; init; }

    /// <summary>Those of them that lost their end to truncation.</summary>
    public int TurnsCut { get; init; }

    /// <summary>Rows that training would see otherwise than inference; only where that was asked for.</summary>
    public Listing<RowError> Misrendered { get; init; } = Listing.Empty<RowError>();

    /// <summary>
    /// Rows with an answer that begins with white space, which would become one token with the end of the prompt if the text were
    /// tokenized as a whole; only where that was asked for.
    /// </summary>
    public int SplitAnswers { get; init; }

    /// <summary>What is learned of whom.</summary>
    public IReadOnlyList<RoleShare> Roles { get; init; } = [];

    /// <summary>How long the samples are.</summary>
    public LengthCounts Lengths { get; init; } = new([]);

    /// <summary>Samples with the same tokens and weights as one before them.</summary>
    public Listing<DuplicateRow> Duplicates { get; init; } = Listing.Empty<DuplicateRow>();

    /// <summary>How the rows were understood, and how many of them so; the most frequent first.</summary>
    public IReadOnlyList<(string Form, int Rows)> Forms { get; init; } = [];

    /// <summary>Columns that have values and no meaning here, and in how many rows.</summary>
    public IReadOnlyList<(string Column, int Rows)> UnusedColumns { get; init; } = [];

    /// <summary>How many rows each entry of <c>dataset</c> gave.</summary>
    public IReadOnlyList<SourceShare> Sources { get; init; } = [];

    /// <summary>What each channel that rows name holds.</summary>
    public IReadOnlyDictionary<string, ChannelShare> Channels { get; init; } = new Dictionary<string, ChannelShare>();

    /// <summary>Fails when some rows can't be used.</summary>
    /// <param name="withEnds">Whether it fails, too, when answers are learned without their end token.</param>
    /// <exception cref="HoneException">There are such rows; the first are named (exit code 3).</exception>
    public void RequireEveryRow(bool withEnds = false)
    {
        if (Rejected.Count > 0)
            throw Refusal(Rejected, $"{Rejected.Count} of {Rows} rows can't be used: {Rejected.First[0].Reason}.", "Mend these rows, or leave them out with --strict false.");
        if (withEnds && WithoutEnd.Count > 0)
        {
            throw Refusal(WithoutEnd, $"{WithoutEnd.Count} of {Rows} rows have answers that end without an end token that is learned: the model may never stop.",
                "Use a template that ends answers with one of the model's end tokens, or train all the same with --strict false.");
        }
    }

    private static HoneException Refusal(Listing<RowError> rows, string what, string fix) => new(ExitCode.Data, what,
        string.Join("\n       ", rows.First.Take(5)) + (rows.Count > 5 ? $"\n       … and {rows.Count - 5} more" : ""), fix + " hone data check lists them.");
}

/// <summary>What rows of one channel add up to.</summary>
/// <param name="Samples">Samples that are trained on.</param>
/// <param name="LearnedTokens">Tokens of them that are learned.</param>
public readonly record struct ChannelShare(int Samples, long LearnedTokens);

/// <summary>Rows that one entry of <c>dataset</c> gave.</summary>
/// <param name="Name">The entry without its count.</param>
/// <param name="Rows">Rows taken, repeated ones each time.</param>
/// <param name="Note">What a person should know about where they come from, or null.</param>
public readonly record struct SourceShare(string Name, int Rows, string? Note);
