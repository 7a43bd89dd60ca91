namespace Hone.Settings;

/// <summary>Which parameters are trained.</summary>
public enum TunerType
{
    /// <summary>Low-rank adapters on chosen linear layers; the model stays frozen.</summary>
    [SettingValue("lora")]
    Lora,

    /// <summary>Every parameter.</summary>
    [SettingValue("full")]
    Full,
}
