#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone merge-lora</c>.</summary>
public sealed record MergeLoraSettings : ModelSettings
{
    [Setting("output_dir", Group = "Output", Path = PathUse.Output, DefaultNote = "<adapters>-merged", Help = "Folder for the merged model.")]
    public string? OutputDir { get; init; }

    [Setting("torch_dtype", Group = "Output", Aliases = ["dtype"], DefaultNote = "as the model is stored", Help = "Number format of the merged weights. The sum itself is taken in float32.")]
    public SaveDtype? TorchDtype { get; init; }

    [Setting("max_shard_size", Group = "Output", Help = "Largest weight file; a bigger model is split. Such as 5GB or 500MiB.")]
    public ByteSize MaxShardSize { get; init; } = new(5_000_000_000);

    [Setting("exist_ok", Group = "Output", Help = "Write although output_dir exists already.")]
    public bool ExistOk { get; init; }

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.Require("adapters", !string.IsNullOrWhiteSpace(Adapters), "adapters is not set", "give the checkpoint of a LoRA run: --adapters <folder>");
        rules.AtLeast("max_shard_size", MaxShardSize.Bytes, 1_000_000);
    }
}
