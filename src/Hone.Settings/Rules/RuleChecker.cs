using System.Globalization;

namespace Hone.Settings;

/// <summary>Collects the rules that settings break; each check names the setting, the value and the range.</summary>
internal sealed class RuleChecker
{
    private readonly List<SettingError> _errors = [];

    public IReadOnlyList<SettingError> Errors => _errors;

    public void Require(string setting, bool holds, string what, string fix)
    {
        if (!holds) _errors.Add(new SettingError(setting, what, fix));
    }

    public void AtLeast(string setting, double? value, double least) =>
        Require(setting, value is null || value >= least, $"{setting} is {Text(value)}", $"use {Text(least)} or more");

    public void Above(string setting, double? value, double border) =>
        Require(setting, value is null || (value > border && double.IsFinite(value.Value)),
            $"{setting} is {Text(value)}", $"use a number greater than {Text(border)}");

    public void Within(string setting, double? value, double least, double most) =>
        Require(setting, value is null || (value >= least && value <= most),
            $"{setting} is {Text(value)}", $"use a number from {Text(least)} to {Text(most)}");

    /// <summary>Like <see cref="Within"/> without the upper border itself.</summary>
    public void Below(string setting, double? value, double least, double border) =>
        Require(setting, value is null || (value >= least && value < border),
            $"{setting} is {Text(value)}", $"use a number from {Text(least)} to less than {Text(border)}");

    /// <summary><c>model_revision</c> can stand in a path and an address.</summary>
    public void Revision(string? revision) =>
        Require("model_revision", revision is null || HubId.IsRevision(revision), $"model_revision is '{revision}'", "give a branch, a tag or a commit");

    /// <summary><c>model_name</c> and <c>model_author</c> are one text each, or a Chinese and an English one.</summary>
    public void Names(IReadOnlyList<string> names, IReadOnlyList<string> authors)
    {
        foreach (var (setting, texts) in ((string, IReadOnlyList<string>)[])[("model_name", names), ("model_author", authors)])
            Require(setting, texts.Count <= 2, $"{setting} has {texts.Count} values", "give one name, or a Chinese and an English one; quote names with spaces");
    }

    private static string Text(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "not set";
}
