#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>What every verb understands, and the base of every verb's settings.</summary>
public abstract record VerbSettings
{
    [Setting("threads", Group = "Machine", DefaultNote = "every core this process may use",
        Help = "Threads that compute. Results do not depend on it.")]
    public int? Threads { get; init; }

    [Setting("json", Group = "Machine", Help = "Print the report as JSON for other programs, nothing else on standard output.")]
    public bool Json { get; init; }

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
