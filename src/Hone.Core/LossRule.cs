namespace Hone;

/// <summary>A rule by which parts of an answer weigh more or less than the rest; the names are those of ms-swift's loss_scale.</summary>
public enum LossRule
{
    /// <summary>Thoughts that are empty are not learned.</summary>
    IgnoreEmptyThink,

    /// <summary>The tag that opens the thoughts is not learned.</summary>
    IgnoreThinkPrefix,

    /// <summary>Calls between <c>&lt;tool_call&gt;</c> tags weigh 2.</summary>
    Hermes,

    /// <summary>ReAct's <c>Action:</c> and <c>Action Input:</c> weigh 2, what follows <c>Observation:</c> is not learned.</summary>
    React,

    /// <summary>Qwen's <c>✿FUNCTION✿:</c> and <c>✿ARGS✿:</c> weigh 2, what follows <c>✿RESULT✿:</c> is not learned.</summary>
    Qwen,

    /// <summary>As ReAct, and <c>Next:</c> weighs 2.</summary>
    AlphaUmi,
}
