using Hone.Settings;

namespace Hone.Cli;

/// <summary>Pre-training on plain text.</summary>
internal sealed class PretrainVerb : TrainingVerb<PretrainSettings>
{
    public override string Name => "pt";

    public override string Summary => "Pre-train on plain text: go on from a model, or start from random weights.";

    public override string Example => "pt --model models/hone-tiny --dataset text.jsonl --packing true";
}
