#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <content>Optimizer, schedule, batches and what the run writes.</content>
public abstract partial record TrainingSettings
{
    [Setting("learning_rate", Group = "Optimizer", Aliases = ["lr"], DefaultNote = "1e-4 for LoRA, 1e-5 for full",
        Help = "Learning rate after warm-up.")]
    public double? LearningRate { get; init; }

    [Setting("lr_scheduler_type", Group = "Optimizer", Aliases = ["lr_scheduler"], Help = "How the learning rate moves after warm-up.")]
    public LrSchedulerType LrSchedulerType { get; init; } = LrSchedulerType.Cosine;

    [Setting("warmup_ratio", Group = "Optimizer", Help = "Share of all steps in which the learning rate rises from zero.")]
    public double WarmupRatio { get; init; }

    [Setting("warmup_steps", Group = "Optimizer", Help = "The same as a number of steps; give one of the two.")]
    public int WarmupSteps { get; init; }

    [Setting("optim", Group = "Optimizer", Help = "Optimizer: AdamW under any of its usual names.")]
    public OptimizerType Optim { get; init; } = OptimizerType.AdamW;

    [Setting("weight_decay", Group = "Optimizer", Help = "Decoupled weight decay; norms and biases are exempt.")]
    public double WeightDecay { get; init; } = 0.1;

    [Setting("adam_beta1", Group = "Optimizer", Help = "Decay of the first moment.")]
    public double AdamBeta1 { get; init; } = 0.9;

    [Setting("adam_beta2", Group = "Optimizer", Aliases = ["addm_beta2"], Help = "Decay of the second moment.")]
    public double AdamBeta2 { get; init; } = 0.95;

    [Setting("adam_epsilon", Group = "Optimizer", Help = "Added to the root of the second moment.")]
    public double AdamEpsilon { get; init; } = 1e-8;

    [Setting("max_grad_norm", Group = "Optimizer", Help = "Gradients are scaled down to this global norm; 0 leaves them.")]
    public double MaxGradNorm { get; init; } = 1.0;

    [Setting("num_train_epochs", Group = "Run", Aliases = ["epochs"], Help = "Passes over the training rows; fractions are allowed.")]
    public double NumTrainEpochs { get; init; } = 3;

    [Setting("max_steps", Group = "Run", Help = "Optimizer steps; above 0 it wins over num_train_epochs.")]
    public int MaxSteps { get; init; } = -1;

    [Setting("per_device_train_batch_size", Group = "Run", Aliases = ["train_batch_size", "batch_size"],
        Help = "Rows (or packed sequences) in a micro-batch.")]
    public int PerDeviceTrainBatchSize { get; init; } = 1;

    [Setting("per_device_eval_batch_size", Group = "Run", Aliases = ["eval_batch_size"], DefaultNote = "per_device_train_batch_size",
        Help = "Rows in a micro-batch of validation.")]
    public int? PerDeviceEvalBatchSize { get; init; }

    [Setting("gradient_accumulation_steps", Group = "Run", DefaultNote = "so many that a step has at least 16 rows",
        Help = "Micro-batches in an optimizer step.")]
    public int? GradientAccumulationSteps { get; init; }

    [Setting("gradient_checkpointing", Group = "Run", DefaultNote = "only when the run would not fit in memory otherwise",
        Help = "Compute activations again in the backward pass: less memory, more time, the same bits.")]
    public bool? GradientCheckpointing { get; init; }

    [Setting("max_memory", Group = "Run", DefaultNote = "no limit but the machine's",
        Help = "Most memory that the process may hold. Smaller micro-batches, fewer logits at a time or gradient_checkpointing are chosen to fit, "
            + "in this order; a step keeps its rows. per_device_train_batch_size is then the most that is tried.")]
    public ByteSize? MaxMemory { get; init; }

    [Setting("output_dir", Group = "Output", Path = PathUse.Output, Help = "Folder in which runs are written.")]
    public string OutputDir { get; init; } = "output";

    [Setting("add_version", Group = "Output",
        Help = "Write into <output_dir>/<model>/v<N>-<time>; with false, into output_dir itself.")]
    public bool AddVersion { get; init; } = true;

    [Setting("overwrite_output_dir", Group = "Output",
        Help = "With add_version false: replace the run that is in output_dir already, instead of refusing.")]
    public bool OverwriteOutputDir { get; init; }

    [Setting("save_strategy", Group = "Output", Help = "When to write a checkpoint. The end of the run always writes one.")]
    public IntervalStrategy SaveStrategy { get; init; } = IntervalStrategy.Steps;

    [Setting("save_steps", Group = "Output", Help = "Optimizer steps between checkpoints.")]
    public int SaveSteps { get; init; } = 500;

    [Setting("save_total_limit", Group = "Output", DefaultNote = "no limit",
        Help = "Checkpoints to keep, the newest; the best one is kept besides.")]
    public int? SaveTotalLimit { get; init; }

    [Setting("resume_from_checkpoint", Group = "Output", Path = PathUse.Input, NotPaths = ["last"],
        Help = "Continue from this checkpoint folder, or from the last one of the newest run with 'last'.")]
    public string? ResumeFromCheckpoint { get; init; }

    [Setting("accept_changed_settings", Group = "Output",
        Help = "Resume although learning_rate or other settings that don't choose rows differ from the checkpoint's; what differs is named.")]
    public bool AcceptChangedSettings { get; init; }

    [Setting("save_gradients", Group = "Output", Path = PathUse.Output, DefaultNote = "not written",
        Help = "File for the gradients of the first step, as safetensors under the parameters' names.")]
    public string? SaveGradients { get; init; }

    [Setting("eval_strategy", Group = "Evaluation", Aliases = ["evaluation_strategy"],
        DefaultNote = "save_strategy when there are validation rows", Help = "When to evaluate on the validation rows.")]
    public IntervalStrategy? EvalStrategy { get; init; }

    [Setting("eval_steps", Group = "Evaluation", DefaultNote = "save_steps", Help = "Optimizer steps between evaluations.")]
    public int? EvalSteps { get; init; }

    [Setting("metric_for_best_model", Group = "Evaluation", Help = "Which figure chooses the best checkpoint.")]
    public BestMetric MetricForBestModel { get; init; } = BestMetric.Loss;

    [Setting("load_best_model_at_end", Group = "Evaluation",
        Help = "Answer the probe questions at the end with the best checkpoint instead of the last.")]
    public bool LoadBestModelAtEnd { get; init; }

    [Setting("probe_questions", Group = "Evaluation", Aliases = ["ask"],
        Help = "Questions that the model answers before and after training, so that you see what changed.")]
    public IReadOnlyList<string> ProbeQuestions { get; init; } = [];

    [Setting("probe_max_new_tokens", Group = "Evaluation", Help = "Longest answer to a probe question, in tokens.")]
    public int ProbeMaxNewTokens { get; init; } = 64;

    [Setting("logging_steps", Group = "Logging", Help = "Optimizer steps between lines of logging.jsonl.")]
    public int LoggingSteps { get; init; } = 5;

    [Setting("logging_first_step", Group = "Logging", Help = "Log the first step too.")]
    public bool LoggingFirstStep { get; init; } = true;

    [Setting("report_to", Group = "Logging", SplitOnComma = true, Help = "What to write besides logging.jsonl.")]
    public IReadOnlyList<Reporter> ReportTo { get; init; } = [Reporter.TensorBoard];
}
