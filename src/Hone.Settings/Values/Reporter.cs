namespace Hone.Settings;

/// <summary>What follows a run besides <c>logging.jsonl</c>, which is always written.</summary>
public enum Reporter
{
    /// <summary>Event files under <c>runs/</c>.</summary>
    [SettingValue("tensorboard", "all")]
    TensorBoard,

    /// <summary>Nothing.</summary>
    [SettingValue("none")]
    None,
}
