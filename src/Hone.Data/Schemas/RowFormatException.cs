namespace Hone.Data.Schemas;

/// <summary>A row that has the wrong form; caught where rows are counted.</summary>
internal sealed class RowFormatException(string reason) : Exception(reason);
