namespace Hone.Settings;

/// <summary>The word for an enum member in flags and files, and the other words accepted for it.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class SettingValueAttribute : Attribute
{
    /// <summary>Names a value.</summary>
    /// <param name="name">The word that is shown and written.</param>
    /// <param name="aliases">Further words that are understood.</param>
    public SettingValueAttribute(string name, params string[] aliases)
    {
        Name = name;
        Aliases = aliases;
    }

    /// <summary>The word that is shown and written.</summary>
    public string Name { get; }

    /// <summary>Further words that are understood.</summary>
    public string[] Aliases { get; }
}
