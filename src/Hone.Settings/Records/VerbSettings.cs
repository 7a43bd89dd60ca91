#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>What every verb understands, and the base of every verb's settings.</summary>
public abstract record VerbSettings
{
    [Setting("threads", Group = "Machine", DefaultNote = "every core this process may use",
        Help = "Threads that compute. Results do not depend on it.")]
    public int? Threads { get; init; }

    [Setting("custom_register_path", Group = "Registration", Path = PathUse.Input, Aliases = ["register_path"],
        Help = "YAML or JSON files that register templates, data sets and models, so that they can be given by name.")]
    public IReadOnlyList<string> CustomRegisterPath { get; init; } = [];

    [Setting("external_plugins", Group = "Registration", Path = PathUse.Input,
        Help = "Plug-in assemblies (.dll) that register the same from C#. Their code runs with your rights: name only what you trust.")]
    public IReadOnlyList<string> ExternalPlugins { get; init; } = [];

    [Setting("json", Group = "Machine", Help = "Print the report as JSON for other programs, nothing else on standard output.")]
    public bool Json { get; init; }

    /// <summary>The value of a setting by its name; null when it is not set, or the verb has no such setting.</summary>
    public object? this[string setting] => SettingSchema.Of(GetType()).Find(setting)?.GetValue(this);

    /// <summary>Checks every rule over single settings and between settings.</summary>
    /// <returns>All rules that are not met; empty when the settings are sound.</returns>
    public IReadOnlyList<SettingError> Validate()
    {
        var rules = new RuleChecker();
        CheckRules(rules);
        return rules.Errors;
    }

    /// <summary>Changes the defaults of a new record for what a person gave, by name: where a verb stands in for another one.</summary>
    internal virtual void TakeDefaults(IReadOnlyDictionary<string, object?> given)
    {
    }

    /// <summary>Adds the rules of this verb; overrides call the base first.</summary>
    private protected virtual void CheckRules(RuleChecker rules) => rules.AtLeast("threads", Threads, 1);
}
