using System.Collections.Concurrent;
using System.Reflection;

namespace Hone.Settings;

/// <summary>All settings of one verb, read from the attributes of its settings type.</summary>
public sealed class SettingSchema
{
    /// <summary>Headings in the order in which help gives them: what a person must set comes first.</summary>
    private static readonly string[] s_groupOrder =
    [
        "Model", "Tokenizer", "Template", "Input", "Rows", "Data", "Tuner", "Optimizer", "Run", "Generation", "Output",
        "Evaluation", "Report", "Logging", "Checks", "Registration", "Machine",
    ];

    private static readonly ConcurrentDictionary<Type, SettingSchema> s_schemas = new();

    private readonly Dictionary<string, SettingInfo> _byName = new(StringComparer.Ordinal);

    private SettingSchema(Type type)
    {
        var defaults = (VerbSettings)Activator.CreateInstance(type)!;
        Settings = [.. Lineage(type)
            .SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Select(p => (Property: p, Attribute: p.GetCustomAttribute<SettingAttribute>()))
            .Where(p => p.Attribute is not null)
            .Select(p => new SettingInfo(p.Property, p.Attribute!, defaults))
            .OrderBy(s => Array.IndexOf(s_groupOrder, s.Group))];
        foreach (var setting in Settings)
        {
            foreach (var name in setting.Aliases.Prepend(setting.Name)) _byName.Add(Normalize(name), setting);
        }
    }

    /// <summary>The settings, group by group.</summary>
    public IReadOnlyList<SettingInfo> Settings { get; }

    /// <summary>The settings of a verb's settings type.</summary>
    /// <param name="type">A record derived from <see cref="VerbSettings"/> with a public constructor without parameters.</param>
    public static SettingSchema Of(Type type) => s_schemas.GetOrAdd(type, static t => new SettingSchema(t));

    /// <summary>The setting of this name or alias, whatever its case and whether it has dashes or underscores; null when there is none.</summary>
    public SettingInfo? Find(string name) => _byName.GetValueOrDefault(Normalize(name));

    /// <summary>The setting name closest to a mistyped one; null when none is close.</summary>
    public string? Nearest(string name) => Suggestion.Nearest(name, Settings.Select(s => s.Name))
        ?? (Suggestion.Nearest(name, _byName.Keys.Where(k => k.Length > 2)) is { } alias ? _byName[alias].Name : null);

    internal static string Normalize(string name) => name.Replace('-', '_').ToLowerInvariant();

    /// <summary>The type and its bases, the most general first, so that derived settings follow the shared ones.</summary>
    private static List<Type> Lineage(Type type)
    {
        var lineage = new List<Type>();
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType) lineage.Add(t);
        lineage.Reverse();
        return lineage;
    }
}
