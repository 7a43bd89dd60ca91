namespace Hone.Data;

/// <summary>Samples ready to be packed, and an account of every row that was read.</summary>
/// <param name="Samples">In the order of the files; <see cref="TokenizedSample.Row"/> indexes <paramref name="Locations"/>.</param>
/// <param name="Locations">Where each row that was read stands.</param>
/// <param name="Report">What became of the rows.</param>
public sealed record LoadedDataset(IReadOnlyList<TokenizedSample> Samples, IReadOnlyList<RowLocation> Locations, DatasetReport Report);

/// <summary>What became of every row: used, cut, or left out and why.</summary>
public sealed record DatasetReport
{
    /// <summary>Rows read, or chosen by <c>#N</c>.</summary>
    public required int Rows { get; init; }

    /// <summary>Samples that are trained on.</summary>
    public required int Samples { get; init; }

    /// <summary>Tokens of the samples.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens that are learned.</summary>
    public required long LearnedTokens { get; init; }

    /// <summary>Longest sample, tokens.</summary>
    public required int LongestSample { get; init; }

    /// <summary>Rows that can't be read or rendered, or have nothing to learn.</summary>
    public required IReadOnlyList<RowError> Rejected { get; init; }

    /// <summary>Rows left out because they are too long.</summary>
    public required IReadOnlyList<RowError> TooLong { get; init; }

    /// <summary>Rows that lost their beginning or end.</summary>
    public required IReadOnlyList<RowError> Truncated { get; init; }

    /// <summary>Assistant turns whose end token is not learned: such a model may never stop.</summary>
    public required int TurnsWithoutEnd { get; init; }
}
