namespace Hone.Settings;

/// <summary>When a recurring action happens.</summary>
public enum IntervalStrategy
{
    /// <summary>Never.</summary>
    [SettingValue("no", "false", "off")]
    No,

    /// <summary>Every so many optimizer steps.</summary>
    [SettingValue("steps")]
    Steps,

    /// <summary>At the end of each epoch.</summary>
    [SettingValue("epoch")]
    Epoch,
}
