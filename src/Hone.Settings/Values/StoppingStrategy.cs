namespace Hone.Settings;

/// <summary>When interleaved rows end.</summary>
public enum StoppingStrategy
{
    /// <summary>When the first data set has given its last row.</summary>
    [SettingValue("first_exhausted")]
    FirstExhausted,

    /// <summary>When each data set was read to its end; those that end earlier begin again.</summary>
    [SettingValue("all_exhausted")]
    AllExhausted,
}
