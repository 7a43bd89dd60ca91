namespace Hone.Settings;

/// <summary>Which tokens are learned.</summary>
public enum LossScale
{
    /// <summary>Every assistant turn with its end token.</summary>
    [SettingValue("default")]
    Default,

    /// <summary>The last assistant turn only.</summary>
    [SettingValue("last_round")]
    LastRound,

    /// <summary>Every token, prompts too.</summary>
    [SettingValue("all")]
    All,
}
