#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>A model with an optional adapter and template: shared by the verbs that run a model.</summary>
public abstract record ModelSettings : VerbSettings
{
    [Setting("model", Group = "Model", Path = PathUse.Model, MissingPath = ExitCode.Model,
        Aliases = ["model_id_or_path", "model_name_or_path", "model_type", "m"], DefaultNote = "the one the adapter names",
        Help = "Folder of a Hugging Face model, or of a checkpoint of a full training run, or a model's id on a hub: Qwen/Qwen2.5-0.5B-Instruct.")]
    public string? Model { get; init; }

    [Setting("adapters", Group = "Model", Path = PathUse.Model, MissingPath = ExitCode.Model,
        Help = "Folder of a PEFT LoRA adapter, such as a checkpoint of a LoRA run, or its id on a hub.")]
    public string? Adapters { get; init; }

    [SharedSetting("model_revision")]
    public string? ModelRevision { get; init; }

    [SharedSetting("use_hf")]
    public bool UseHf { get; init; } = true;

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.Revision(ModelRevision);
        rules.Require("model", !string.IsNullOrWhiteSpace(Model) || !string.IsNullOrWhiteSpace(Adapters),
            "neither model nor adapters is set", "give the model's folder: --model <folder>");
    }
}
