using Hone.Settings;

namespace Hone.Cli;

/// <summary>Supervised fine-tuning.</summary>
internal sealed class SftVerb : TrainingVerb<SftSettings>
{
    public override string Name => "sft";

    public override string Summary => "Fine-tune a model on conversations: LoRA or all weights.";

    public override string Example => "sft examples/quickstart.yaml";
}
