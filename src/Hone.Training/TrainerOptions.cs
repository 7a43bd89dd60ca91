using Hone.Data.Packing;
using Hone.Settings;
using Hone.Tensors;
using Hone.Text.Templates;

namespace Hone.Training;

/// <summary>The settings of a run, and what only the caller knows: which model, whose rows, what the automatic values became.</summary>
public sealed record TrainerOptions
{
    /// <summary>What the person asked for.</summary>
    public required TrainingSettings Settings { get; init; }

    /// <summary>Tokens in a pack when <see cref="TrainingSettings.Packing"/> is on.</summary>
    public int PackingLength { get; init; }

    /// <summary>Tokens of the longest row that a stream may hold.</summary>
    public int LongestRow { get; init; }

    /// <summary>Compute activations again in the backward pass; the bits stay the same.</summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>Hold logits of few tokens at a time where the output table is frozen; the bits stay the same.</summary>
    public bool FewLogits { get; init; }

    /// <summary>Element type on disk of the model, or of the adapter when one is trained. What training goes on from is F32 whatever this says.</summary>
    public DType SaveType { get; init; } = DType.F32;

    /// <summary>Model folder whose tokenizer and other side files go into each checkpoint of a fully trained model.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Chat template that goes into each checkpoint; null where the files of the model say it already.</summary>
    public ChatTemplate? Template { get; init; }

    /// <summary>Whether the template goes there only once a streamed row was rendered with it.</summary>
    public bool SavesTemplateOnceUsed { get; init; }

    /// <summary>Tokens that end an answer with that template.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>Names a data row for messages, <c>data.jsonl:17</c>; by default <c>row 17</c>.</summary>
    public Func<int, string> RowName { get; init; } = row => $"row {row + 1}";

    internal EpochPlanOptions TrainingOrder => new()
    {
        BatchSize = Settings.PerDeviceTrainBatchSize,
        Seed = (ulong)Settings.EffectiveDataSeed,
        Shuffle = Settings.Shuffle,
        PackingLength = Settings.Packing ? PackingLength : 0,
        GroupByLength = Settings.GroupByLength ? Settings.PerDeviceTrainBatchSize * Settings.EffectiveGradientAccumulationSteps : 0,
    };

    internal EpochPlanOptions ValidationOrder => new() { BatchSize = Settings.EffectiveEvalBatchSize, Shuffle = false };
}
