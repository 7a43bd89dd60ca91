namespace Hone.Settings;

/// <summary>How the learning rate moves after warm-up, with the meaning of Hugging Face's schedulers of the same names.</summary>
public enum LrSchedulerType
{
    /// <summary>Half a cosine, down to zero.</summary>
    [SettingValue("cosine")]
    Cosine,

    /// <summary>Straight down to zero.</summary>
    [SettingValue("linear")]
    Linear,

    /// <summary>The same rate at every step; takes no warm-up.</summary>
    [SettingValue("constant")]
    Constant,

    /// <summary>The same rate at every step after warm-up.</summary>
    [SettingValue("constant_with_warmup")]
    ConstantWithWarmup,
}
