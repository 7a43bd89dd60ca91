using System.Text.Json;

namespace Hone.Training.Checkpoints;

/// <summary><c>trainer_state.json</c> in the form of Hugging Face's Trainer, for the tools that read it.</summary>
internal static class TrainerStateFile
{
    public const string FileName = "trainer_state.json";

    public static void Write(string folder, TrainingProgress progress, TrainingPlan plan, TrainerOptions options, string? bestCheckpoint)
    {
        var settings = options.Settings;
        var state = new Dictionary<string, object?>
        {
            ["best_global_step"] = progress.BestStep,
            ["best_metric"] = progress.BestMetric,
            ["best_model_checkpoint"] = bestCheckpoint,
            ["epoch"] = progress.Epoch + (double)progress.MicroBatch / plan.MicroBatchesPerEpoch,
            ["eval_steps"] = settings.EffectiveEvalSteps,
            ["global_step"] = progress.GlobalStep,
            ["is_hyper_param_search"] = false,
            ["is_local_process_zero"] = true,
            ["is_world_process_zero"] = true,
            ["log_history"] = progress.LogHistory,
            ["logging_steps"] = settings.LoggingSteps,
            ["max_steps"] = plan.TotalSteps,
            ["num_input_tokens_seen"] = progress.TokensSeen,
            ["num_train_epochs"] = (plan.TotalSteps + plan.StepsPerEpoch - 1) / plan.StepsPerEpoch,
            ["save_steps"] = settings.SaveSteps,
            ["stateful_callbacks"] = new Dictionary<string, object>(),
            ["total_flos"] = 0,
            ["train_batch_size"] = settings.PerDeviceTrainBatchSize,
            ["trial_name"] = null,
            ["trial_params"] = null,
        };
        File.WriteAllBytes(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(state, CheckpointJson.Options));
    }
}
