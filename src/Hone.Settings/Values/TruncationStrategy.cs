namespace Hone.Settings;

/// <summary>What happens to a row that is longer than <c>max_length</c>.</summary>
public enum TruncationStrategy
{
    /// <summary>The row is left out, counted and listed.</summary>
    [SettingValue("delete")]
    Delete,

    /// <summary>Tokens are cut from the left.</summary>
    [SettingValue("left", "truncation_left")]
    Left,

    /// <summary>Tokens are cut from the right.</summary>
    [SettingValue("right", "truncation_right")]
    Right,

    /// <summary>The run stops before training and names the row.</summary>
    [SettingValue("raise")]
    Raise,
}
