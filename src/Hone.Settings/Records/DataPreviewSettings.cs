#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone data preview</c>: those of the run whose rows are shown, and which of them.</summary>
public sealed record DataPreviewSettings : PlanSettings
{
    [Setting("rows", Group = "Rows", Help = "How many rows to show, from the first on.")]
    public int Rows { get; init; } = 5;

    [Setting("row", Group = "Rows", DefaultNote = "the first rows", Help = "Rows to show, as the reports name them: 17, or chats.jsonl:17.")]
    public IReadOnlyList<string> Row { get; init; } = [];

    [Setting("html", Group = "Rows", Path = PathUse.Output, Help = "Write the summary and the rows as a page, too: one file, without scripts.")]
    public string? Html { get; init; }

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.AtLeast("rows", Rows, 0);
    }
}
