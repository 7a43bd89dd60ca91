using Hone.Data;
using Hone.Settings;

namespace Hone.Training.Planning;

/// <summary>What settings ask of rows, in the words of the reader of data sets.</summary>
public static class RowChoices
{
    /// <summary>What happens to rows that are too long.</summary>
    public static Truncation Of(TruncationStrategy strategy) => strategy switch
    {
        TruncationStrategy.Left => Truncation.Left,
        TruncationStrategy.Right => Truncation.Right,
        TruncationStrategy.Raise => Truncation.Raise,
        _ => Truncation.Delete,
    };
}
