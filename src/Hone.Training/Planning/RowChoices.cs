using Hone.Data;
using Hone.Data.Rendering;
using Hone.Settings;

namespace Hone.Training.Planning;

/// <summary>What settings ask of rows, in the words of the reader of data sets.</summary>
public static class RowChoices
{
    /// <summary>Which tokens are learned.</summary>
    public static LossScope Of(LossScale scale) => scale switch
    {
        LossScale.LastRound => LossScope.LastTurn,
        LossScale.All => LossScope.Everything,
        _ => LossScope.AssistantTurns,
    };

    /// <summary>What happens to rows that are too long.</summary>
    public static Truncation Of(TruncationStrategy strategy) => strategy switch
    {
        TruncationStrategy.Left => Truncation.Left,
        TruncationStrategy.Right => Truncation.Right,
        TruncationStrategy.Raise => Truncation.Raise,
        _ => Truncation.Delete,
    };
}
