using Hone.Settings;

namespace Hone.Training.Planning;

/// <summary>One way to run in less memory: rows in a micro-batch, and what is computed again or in smaller pieces. The rows of a step stay.</summary>
/// <param name="Batch">Rows in a micro-batch.</param>
/// <param name="Accumulation">Micro-batches in a step.</param>
/// <param name="EvaluationBatch">Rows in a micro-batch of validation.</param>
/// <param name="Checkpointing">Compute activations again.</param>
/// <param name="FewLogits">Hold logits of few tokens at a time.</param>
internal readonly record struct MemoryChoice(int Batch, int Accumulation, int EvaluationBatch, bool Checkpointing, bool FewLogits)
{
    /// <summary>Every way that gives the run that was asked for, the fastest first.</summary>
    /// <param name="settings">What was asked for.</param>
    /// <param name="frozenOutput">
    /// Whether the output table is not trained. The gradient of a trained one is summed over chunks of logits, so its bits would
    /// change with them.
    /// </param>
    /// <param name="resumedBatch">Rows in a micro-batch of the run that goes on; null for a new one.</param>
    public static IEnumerable<MemoryChoice> All(TrainingSettings settings, bool frozenOutput, int? resumedBatch)
    {
        var rows = settings.PerDeviceTrainBatchSize * settings.EffectiveGradientAccumulationSteps;

        // A mean of the micro-batches' means is another loss when they are cut otherwise.
        var batches = Enumerable.Range(1, settings.PerDeviceTrainBatchSize)
            .Where(b => rows % b == 0 && (b == settings.PerDeviceTrainBatchSize || settings.LossNormalization != LossNormalization.MeanOfMeans))
            .Where(b => resumedBatch is null || b == resumedBatch)
            .Reverse().ToList();
        foreach (var checkpointing in settings.GradientCheckpointing is { } asked ? [asked] : (bool[])[false, true])
        {
            foreach (var fewLogits in frozenOutput ? (bool[])[false, true] : [false])
            {
                foreach (var batch in batches)
                    yield return new MemoryChoice(batch, rows / batch, Evaluation(batch), checkpointing, fewLogits);
            }
        }

        int Evaluation(int batch) => batch == settings.PerDeviceTrainBatchSize
            ? settings.EffectiveEvalBatchSize
            : Math.Min(batch, settings.EffectiveEvalBatchSize);
    }

    /// <summary>The settings with this choice in them.</summary>
    public TrainingSettings In(TrainingSettings settings) => settings with
    {
        PerDeviceTrainBatchSize = Batch,
        GradientAccumulationSteps = Accumulation,
        PerDeviceEvalBatchSize = EvaluationBatch,
        GradientCheckpointing = Checkpointing,
    };

    /// <summary>What is not as it was asked for, in words; empty when everything is.</summary>
    public string Against(TrainingSettings asked)
    {
        var changes = new List<string>();
        if (Batch != asked.PerDeviceTrainBatchSize)
        {
            changes.Add($"per_device_train_batch_size {Batch} instead of {asked.PerDeviceTrainBatchSize} and gradient_accumulation_steps {Accumulation} "
                + $"instead of {asked.EffectiveGradientAccumulationSteps}, so a step has the same rows");
        }

        if (asked.HasValidation && EvaluationBatch != asked.EffectiveEvalBatchSize) changes.Add($"per_device_eval_batch_size {EvaluationBatch} instead of {asked.EffectiveEvalBatchSize}");
        if (Checkpointing && asked.GradientCheckpointing != true) changes.Add("gradient_checkpointing true");
        if (FewLogits) changes.Add("logits of few tokens at a time");
        return string.Join("; ", changes);
    }
}
