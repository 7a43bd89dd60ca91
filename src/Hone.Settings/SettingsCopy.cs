namespace Hone.Settings;

/// <summary>Copies of settings.</summary>
public static class SettingsCopy
{
    /// <summary>The same settings with other values for some, by name. Rules are not checked.</summary>
    /// <param name="settings">The settings, which stay as they are.</param>
    /// <param name="values">Names of settings that the verb has, and their values.</param>
    public static T With<T>(this T settings, IReadOnlyDictionary<string, object> values)
        where T : VerbSettings
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(values);
        VerbSettings copy = settings;
        copy = copy with { };
        foreach (var (name, value) in values) SettingSchema.Of(copy.GetType()).Find(name)!.SetValue(copy, value);
        return (T)copy;
    }
}
