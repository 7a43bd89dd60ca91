namespace Hone.Data.Ledger;

/// <summary>A row that became the same tokens with the same weights as one before it.</summary>
/// <param name="Location">Where it stands.</param>
/// <param name="First">Where the first of its kind stands.</param>
public readonly record struct DuplicateRow(RowLocation Location, RowLocation First);
