using Hone.Data.Rendering;

namespace Hone.Data.Ledger;

/// <summary>What became of a row.</summary>
public enum RowFate
{
    /// <summary>All of it is used.</summary>
    Used,

    /// <summary>What truncation left of it is used.</summary>
    Truncated,

    /// <summary>It is left out since it is too long.</summary>
    TooLong,

    /// <summary>It is left out since it can't be used.</summary>
    Rejected,
}

/// <summary>A row as the model sees it, with what is learned of it.</summary>
/// <param name="Location">Where it stands.</param>
public sealed record LedgerRow(RowLocation Location)
{
    /// <summary>What became of it.</summary>
    public RowFate Fate { get; init; }

    /// <summary>Why it is cut or left out; null where it is not.</summary>
    public string? Reason { get; init; }

    /// <summary>How it was understood; empty where it was not.</summary>
    public string Form { get; init; } = "";

    /// <summary>The group of rows that it says it belongs to, or null.</summary>
    public string? Channel { get; init; }

    /// <summary>All its tokens, those that truncation takes included.</summary>
    public IReadOnlyList<int> Ids { get; init; } = [];

    /// <summary>How much each token is learned; the first never is, since nothing predicts it.</summary>
    public IReadOnlyList<float> Weights { get; init; } = [];

    /// <summary>The tokens as text.</summary>
    public IReadOnlyList<LedgerPiece> Pieces { get; init; } = [];

    /// <summary>The tokens that truncation leaves: first, and the one behind the last.</summary>
    public (int Start, int End) Kept { get; init; }

    /// <summary>Those of them that are learned.</summary>
    public int Learned { get; init; }

    /// <summary>How each answer that is learned ends.</summary>
    public IReadOnlyList<TurnEnd> Ends { get; init; } = [];
}

/// <summary>Tokens that only together spell whole characters; mostly one.</summary>
/// <param name="Text">What they spell.</param>
/// <param name="Start">Index of the first.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Weight">How much they are learned.</param>
/// <param name="Role">Who speaks.</param>
public readonly record struct LedgerPiece(string Text, int Start, int Count, float Weight, SegmentRole Role);
