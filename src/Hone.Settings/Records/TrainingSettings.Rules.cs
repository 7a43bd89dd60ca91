namespace Hone.Settings;

/// <content>What follows from the settings, and the rules between them.</content>
public abstract partial record TrainingSettings
{
    /// <summary>The value of <see cref="TargetModules"/> that stands for every linear layer but the output layer.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>Rows that a step has at least when <see cref="GradientAccumulationSteps"/> is not set.</summary>
    private const int AutomaticBatch = 16;

    /// <summary>Of the sum of <see cref="InterleaveProb"/>.</summary>
    private const double SmallestShare = 1e-4;

    /// <summary>The learning rate: as set, or the default of the tuner.</summary>
    public double EffectiveLearningRate => LearningRate ?? (TunerType == TunerType.Lora ? 1e-4 : 1e-5);

    /// <summary>Micro-batches in an optimizer step: as set, or enough for 16 rows.</summary>
    public int EffectiveGradientAccumulationSteps =>
        GradientAccumulationSteps ?? Math.Max(1, (AutomaticBatch + PerDeviceTrainBatchSize - 1) / PerDeviceTrainBatchSize);

    /// <summary>Rows in a micro-batch of validation.</summary>
    public int EffectiveEvalBatchSize => PerDeviceEvalBatchSize ?? PerDeviceTrainBatchSize;

    /// <summary>Seed of everything that concerns the order of rows.</summary>
    public int EffectiveDataSeed => DataSeed ?? Seed;

    /// <summary>Whether there is anything to validate on.</summary>
    public bool HasValidation => ValDataset.Count > 0 || SplitDatasetRatio > 0;

    /// <summary>When to evaluate.</summary>
    public IntervalStrategy EffectiveEvalStrategy => EvalStrategy ?? (HasValidation ? SaveStrategy : IntervalStrategy.No);

    /// <summary>Optimizer steps between evaluations.</summary>
    public int EffectiveEvalSteps => EvalSteps ?? SaveSteps;

    /// <summary>Warm-up steps of a run of <paramref name="totalSteps"/> steps: as set, or the ratio rounded up.</summary>
    public int EffectiveWarmupSteps(int totalSteps) =>
        WarmupSteps > 0 ? WarmupSteps : (int)Math.Ceiling(totalSteps * WarmupRatio);

    /// <summary>Whether <see cref="TargetModules"/> stands for every linear layer but the output layer.</summary>
    public bool TargetsAllLinear => TargetModules is [var one] && one.Replace('_', '-').ToLowerInvariant() is AllLinear or "all";

    /// <summary>
    /// Whether <see cref="TargetModules"/> is one regular expression that must match a module's full name from its
    /// start to its end, as in PEFT. A dot alone does not make one: it stands in plain module paths too.
    /// </summary>
    public bool TargetsRegex => TargetModules is [var one] && one.IndexOfAny(['*', '|', '^', '$', '(', '[', '+', '?', '\\']) >= 0;

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        CheckModelAndData(rules);
        CheckStreaming(rules);
        CheckTuner(rules);
        CheckOptimizer(rules);
        CheckRun(rules);
    }

    private void CheckModelAndData(RuleChecker rules)
    {
        rules.Require("model", !string.IsNullOrWhiteSpace(Model), "model is not set", "give the model's folder: --model <folder>");
        rules.Revision(ModelRevision);
        rules.Within("split_dataset_ratio", SplitDatasetRatio, 0, 0.99);
        rules.Require("split_dataset_ratio", SplitDatasetRatio == 0 || ValDataset.Count == 0,
            "split_dataset_ratio and val_dataset are both set", "keep one of them");
        rules.Require("interleave_prob", InterleaveProb.Count == 0 || InterleaveProb.Count == Dataset.Count,
            $"interleave_prob has {InterleaveProb.Count} numbers and dataset {Dataset.Count} entries", "give one number for each entry of dataset");
        rules.Require("interleave_prob", InterleaveProb.All(p => p > 0), "interleave_prob has a number that is not above 0", "leave out a data set that is not to be used");

        // Rows of all data sets are drawn until each has been read: one that is hardly ever drawn would keep the run from ending.
        rules.Require("interleave_prob", InterleaveProb.All(p => double.IsFinite(p) && p >= SmallestShare * InterleaveProb.Sum()),
            "interleave_prob has a share below 0.0001, or one that is no number", "leave out a data set that is hardly used");
        rules.AtLeast("max_samples", MaxSamples, 1);
        rules.AtLeast("max_length", MaxLength, 2);
        rules.AtLeast("packing_length", PackingLength, 2);
        rules.Require("packing_length", PackingLength is null || Packing, "packing_length is set but packing is false",
            "add --packing true, or leave packing_length out");
        rules.Require("packing_length", PackingLength is null || MaxLength is null || PackingLength >= MaxLength,
            $"packing_length {PackingLength} is less than max_length {MaxLength}", "rows must fit: use at least max_length");
        rules.Require("packing", !Packing || Shuffle, "packing is true while shuffle is false",
            "packing puts rows together by length, so their order cannot be kept: set packing false, or shuffle true");
        rules.Require("group_by_length", !GroupByLength || Shuffle, "group_by_length is true while shuffle is false",
            "it sorts shuffled rows, so their order cannot be kept: set group_by_length false, or shuffle true");
        rules.Require("group_by_length", !GroupByLength || !Packing, "group_by_length and packing are both true",
            "packs are equally long already: keep one of them");
        rules.Names(ModelName, ModelAuthor);
    }

    private void CheckStreaming(RuleChecker rules)
    {
        rules.AtLeast("shuffle_buffer_size", ShuffleBufferSize, 1);
        if (!Streaming) return;
        rules.Require("streaming", MaxSteps > 0, "streaming is true and max_steps is not set", "nobody knows how many rows will come: say how many steps to train");
        rules.Require("streaming", MaxLength is not null, "streaming is true and max_length is not set", "memory is planned for the longest row: say how long it may be");
        rules.Require("streaming", SplitDatasetRatio == 0, "streaming and split_dataset_ratio are both set", "name validation rows with val_dataset: they are read before");
        rules.Require("streaming", !GroupByLength, "streaming and group_by_length are both true", "rows that nobody has seen cannot be sorted: keep one of them");
        rules.Require("streaming", TokenCache != true, "streaming and token_cache are both true", "a stream is not kept: keep one of them");
        rules.Require("streaming", SaveStrategy != IntervalStrategy.Epoch && EvalStrategy != IntervalStrategy.Epoch,
            "streaming has no epochs to save or evaluate after", "use save_strategy steps and eval_strategy steps");
    }

    private void CheckTuner(RuleChecker rules)
    {
        rules.AtLeast("lora_rank", LoraRank, 1);
        rules.Above("lora_alpha", LoraAlpha, 0);
        rules.Below("lora_dropout", LoraDropout, 0, 1);
        rules.Require("target_modules", TargetModules.Count > 0 && !TargetModules.Any(string.IsNullOrWhiteSpace),
            "target_modules names no layer", "use all-linear, or names such as q_proj v_proj");
        rules.Require("adapters", Adapters is null || TunerType == TunerType.Lora, "adapters is set while tuner_type is full",
            "set tuner_type lora, or merge the adapter first (hone merge-lora)");
    }

    private void CheckOptimizer(RuleChecker rules)
    {
        rules.Above("learning_rate", LearningRate, 0);
        rules.Within("warmup_ratio", WarmupRatio, 0, 1);
        rules.AtLeast("warmup_steps", WarmupSteps, 0);
        rules.Require("warmup_ratio", WarmupSteps <= 0 || WarmupRatio <= 0, "warmup_ratio and warmup_steps are both set", "keep one of them");
        rules.Require("lr_scheduler_type",
            LrSchedulerType != LrSchedulerType.Constant || (WarmupSteps <= 0 && WarmupRatio <= 0),
            "lr_scheduler_type constant takes no warm-up", "use constant_with_warmup, or leave the warm-up out");
        rules.Within("weight_decay", WeightDecay, 0, 1);
        rules.Below("adam_beta1", AdamBeta1, 0, 1);
        rules.Below("adam_beta2", AdamBeta2, 0, 1);
        rules.Above("adam_epsilon", AdamEpsilon, 0);

        // The optimizer computes in F32, where these would be 1 and 0 and every weight NaN.
        rules.Require("adam_beta1", AdamBeta1 >= 1 || (float)AdamBeta1 < 1, "adam_beta1 is 1 in single precision", "use at most 0.9999999");
        rules.Require("adam_beta2", AdamBeta2 >= 1 || (float)AdamBeta2 < 1, "adam_beta2 is 1 in single precision", "use at most 0.9999999");
        rules.Require("adam_epsilon", AdamEpsilon <= 0 || (float)AdamEpsilon > 0, "adam_epsilon is 0 in single precision", "use 1e-38 or more");
        rules.Within("max_grad_norm", MaxGradNorm, 0, double.MaxValue);
    }

    private void CheckRun(RuleChecker rules)
    {
        rules.Require("num_train_epochs", MaxSteps > 0 || (NumTrainEpochs > 0 && double.IsFinite(NumTrainEpochs)),
            "num_train_epochs is not above 0 and max_steps is not set", "set one of them");
        rules.Require("max_steps", MaxSteps is -1 or > 0, $"max_steps is {MaxSteps}", "use a number above 0, or -1 to go by epochs");
        rules.AtLeast("per_device_train_batch_size", PerDeviceTrainBatchSize, 1);
        rules.AtLeast("per_device_eval_batch_size", PerDeviceEvalBatchSize, 1);
        rules.AtLeast("gradient_accumulation_steps", GradientAccumulationSteps, 1);
        rules.Require("max_memory", MaxMemory is null or { Bytes: > 0 }, "max_memory is 0", "give a size such as 8GiB, or leave it out");
        rules.AtLeast("save_steps", SaveSteps, 1);
        rules.AtLeast("eval_steps", EvalSteps, 1);
        rules.AtLeast("logging_steps", LoggingSteps, 1);
        rules.AtLeast("save_total_limit", SaveTotalLimit, 1);
        rules.AtLeast("probe_max_new_tokens", ProbeMaxNewTokens, 1);
        rules.Require("output_dir", !string.IsNullOrWhiteSpace(OutputDir), "output_dir is empty", "name a folder");
        rules.Require("eval_strategy", EvalStrategy is null or IntervalStrategy.No || HasValidation,
            "eval_strategy asks for evaluation but there are no validation rows", "add val_dataset or split_dataset_ratio");
        rules.Require("load_best_model_at_end", !LoadBestModelAtEnd || EffectiveEvalStrategy != IntervalStrategy.No,
            "load_best_model_at_end needs validation rows", "add val_dataset or split_dataset_ratio");
        rules.Require("overwrite_output_dir", !OverwriteOutputDir || ResumeFromCheckpoint is null,
            "overwrite_output_dir and resume_from_checkpoint are both set", "keep one of them");
        rules.Require("accept_changed_settings", !AcceptChangedSettings || ResumeFromCheckpoint is not null,
            "accept_changed_settings is true but nothing is resumed", "add resume_from_checkpoint, or leave it out");
        rules.Require("report_to", !(ReportTo.Contains(Reporter.None) && ReportTo.Count > 1),
            "report_to has none beside another value", "keep one of them");
    }
}
