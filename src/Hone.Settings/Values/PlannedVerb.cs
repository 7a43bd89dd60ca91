namespace Hone.Settings;

/// <summary>The verb whose run is planned.</summary>
public enum PlannedVerb
{
    /// <summary>Supervised fine-tuning.</summary>
    [SettingValue("sft")]
    FineTuning,

    /// <summary>Pre-training on plain text.</summary>
    [SettingValue("pt")]
    Pretraining,
}
