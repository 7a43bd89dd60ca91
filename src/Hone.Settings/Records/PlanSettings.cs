#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone plan</c>: those of the run to be planned.</summary>
public sealed record PlanSettings : TrainingSettings
{
    [Setting("init", Group = "Model", Help = "As for pt: random needs no weight files, only config.json.")]
    public WeightInit Init { get; init; } = WeightInit.Pretrained;

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.Require("dataset", Dataset.Count > 0, "dataset is not set", "name the training rows: --dataset <file.jsonl>; their lengths decide the plan");
    }
}
