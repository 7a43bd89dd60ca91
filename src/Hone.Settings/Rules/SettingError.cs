namespace Hone.Settings;

/// <summary>One settings rule that is not met.</summary>
/// <param name="Setting">Name of the setting to change.</param>
/// <param name="What">What is wrong, naming the value.</param>
/// <param name="Fix">What to write instead.</param>
public sealed record SettingError(string Setting, string What, string Fix);
