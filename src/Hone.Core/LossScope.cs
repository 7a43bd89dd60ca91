namespace Hone;

/// <summary>Which messages are learned when the row itself doesn't say.</summary>
public enum LossScope
{
    /// <summary>Every assistant turn, each with its end token.</summary>
    AssistantTurns,

    /// <summary>The last assistant turn only.</summary>
    LastTurn,

    /// <summary>Every token, prompts included.</summary>
    Everything,
}
