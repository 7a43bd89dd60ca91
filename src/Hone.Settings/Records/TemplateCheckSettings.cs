#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone template check</c>.</summary>
public sealed record TemplateCheckSettings : ModelSettings
{
    [SharedSetting("template")]
    public string? Template { get; init; }

    [SharedSetting("system")]
    public string? System { get; init; }

    [Setting("dataset", Group = "Data", Path = PathUse.Data, MissingPath = ExitCode.Data, Aliases = ["val_dataset", "data_path", "d"],
        DefaultNote = "conversations that are built in", Help = "Check the conversations of these files; 'file#500' takes 500 rows of it.")]
    public IReadOnlyList<string> Dataset { get; init; } = [];

    [SharedSetting("columns")]
    public IReadOnlyList<string> Columns { get; init; } = [];

    [SharedSetting("custom_dataset_info")]
    public string? CustomDatasetInfo { get; init; }

    [Setting("max_length", Group = "Data", Aliases = ["model_max_length", "cutoff_len"], DefaultNote = "the model's longest",
        Help = "Longest row in tokens; longer ones are left out, as a run leaves them out.")]
    public int? MaxLength { get; init; }

    [Setting("loss_scale", Group = "Data", Help = "Which answers are learned, and so have to be proven: every assistant turn, or the last one; rules change nothing here.")]
    public LossScale LossScale { get; init; }

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.AtLeast("max_length", MaxLength, 2);
    }
}
