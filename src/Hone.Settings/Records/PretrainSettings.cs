#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone pt</c>: training on plain text, from a model or from random weights.</summary>
public record PretrainSettings : TrainingSettings
{
    /// <summary>Starts from the defaults of pre-training: every parameter, and every token learned.</summary>
    public PretrainSettings()
    {
        TunerType = TunerType.Full;
        LossScale = new LossScale(LossScope.Everything);
    }

    [Setting("init", Group = "Model", Help = "Start from the model's weights, or from random ones for its config.json.")]
    public WeightInit Init { get; init; } = WeightInit.Pretrained;

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.Require("dataset", Dataset.Count > 0, "dataset is not set", "name the training rows or text: --dataset <file.jsonl>");
        rules.Require("init", Init != WeightInit.Random || TunerType == TunerType.Full,
            "init random with tuner_type lora would train adapters on noise", "set tuner_type full");
        rules.Require("init", Init != WeightInit.Random || Adapters is null, "init random and adapters are both set", "keep one of them");
    }
}
