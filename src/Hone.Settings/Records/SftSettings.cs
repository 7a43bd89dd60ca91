namespace Hone.Settings;

/// <summary>Settings of <c>hone sft</c>: supervised fine-tuning on conversations.</summary>
public sealed record SftSettings : TrainingSettings
{
    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.Require("dataset", Dataset.Count > 0, "dataset is not set", "name the training rows: --dataset <file.jsonl>");
    }
}
