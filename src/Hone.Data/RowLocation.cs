namespace Hone.Data;

/// <summary>Where a row stands, for messages.</summary>
/// <param name="File">The file as the user named it.</param>
/// <param name="Row">Line number in JSON lines, number of the element in a JSON array; both from 1.</param>
public readonly record struct RowLocation(string File, int Row)
{
    /// <summary><c>file:row</c>.</summary>
    public override string ToString() => $"{File}:{Row}";
}
