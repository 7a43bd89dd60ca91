namespace Hone.Data;

/// <summary>Where a row stands, for messages.</summary>
/// <param name="File">The file as the user named it.</param>
/// <param name="Row">
/// From 1: the line in JSON lines, text and CSV (the header is line 1; a row that spans lines has its first), else the number
/// of the row in the file.
/// </param>
public readonly record struct RowLocation(string File, int Row)
{
    /// <summary><c>file:row</c>.</summary>
    public override string ToString() => $"{File}:{Row}";
}
