using System.Text.Json;

namespace Hone.Settings;

/// <summary>
/// Which tokens are learned and how much, as ms-swift writes it: a scope, rules, or both joined by +, such as
/// <c>last_round+ignore_empty_think</c>. Rules alone mean every assistant turn.
/// </summary>
/// <param name="Scope">Which turns are learned.</param>
/// <param name="RuleText">The rules' names joined by +, or null.</param>
public readonly record struct LossScale(LossScope Scope, string? RuleText = null)
{
    private static readonly (string Name, LossScope Scope)[] s_scopes =
        [("default", LossScope.AssistantTurns), ("last_round", LossScope.LastTurn), ("all", LossScope.Everything)];

    private static readonly (string Name, LossRule Rule)[] s_rules =
        [.. Enum.GetValues<LossRule>().Select(r => (JsonNamingPolicy.SnakeCaseLower.ConvertName(r.ToString()), r))];

    /// <summary>What weighs more or less inside answers.</summary>
    public IReadOnlyList<LossRule> Rules => RuleText is null ? [] : [.. RuleText.Split('+').Select(n => s_rules.First(r => r.Name == n).Rule)];

    /// <summary>What can be written, for help.</summary>
    internal static string Hint => string.Join('|', s_scopes.Select(s => s.Name)) + "[+<rule>…]";

    /// <summary>What can be written, for errors.</summary>
    internal static string Expected =>
        $"{string.Join(", ", s_scopes.Select(s => s.Name))}, and rules joined by +: {string.Join(", ", s_rules.Select(r => r.Name))}";

    /// <summary>Reads a scope and rules.</summary>
    /// <returns>False when a name is unknown or stands twice.</returns>
    public static bool TryParse(string text, out LossScale value)
    {
        value = default;
        var names = text.ToLowerInvariant().Split('+', StringSplitOptions.TrimEntries);
        var scope = s_scopes.FirstOrDefault(s => s.Name == names[0]);
        var rules = scope.Name is null ? names : names[1..];
        if (rules.Any(n => !s_rules.Any(r => r.Name == n)) || rules.Distinct().Count() < rules.Length) return false;
        value = new LossScale(scope.Scope, rules.Length == 0 ? null : string.Join('+', rules));
        return true;
    }

    /// <summary>The text that <see cref="TryParse"/> reads.</summary>
    public override string ToString()
    {
        var scope = Scope;
        var name = s_scopes.First(s => s.Scope == scope).Name;
        return RuleText is null ? name : $"{name}+{RuleText}";
    }
}
