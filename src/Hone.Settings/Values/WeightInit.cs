namespace Hone.Settings;

/// <summary>Where the weights of a new run come from.</summary>
public enum WeightInit
{
    /// <summary>The model folder's own weights.</summary>
    [SettingValue("pretrained")]
    Pretrained,

    /// <summary>Drawn from <c>initializer_range</c> of <c>config.json</c> and the seed; no weight file is read.</summary>
    [SettingValue("random")]
    Random,
}
