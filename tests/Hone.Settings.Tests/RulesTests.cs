namespace Hone.Settings.Tests;

public sealed class RulesTests
{
    private static readonly SftSettings s_sound = new() { Model = "m", Dataset = ["d"] };

    public static TheoryData<string, SftSettings> Broken => new()
    {
        { "model", s_sound with { Model = null } },
        { "dataset", s_sound with { Dataset = [] } },
        { "lora_rank", s_sound with { LoraRank = 0 } },
        { "lora_alpha", s_sound with { LoraAlpha = 0 } },
        { "lora_dropout", s_sound with { LoraDropout = 1 } },
        { "target_modules", s_sound with { TargetModules = [] } },
        { "adapters", s_sound with { Adapters = "a", TunerType = TunerType.Full } },
        { "learning_rate", s_sound with { LearningRate = 0 } },
        { "learning_rate", s_sound with { LearningRate = double.NaN } },
        { "warmup_ratio", s_sound with { WarmupRatio = 1.5 } },
        { "warmup_ratio", s_sound with { WarmupRatio = 0.1, WarmupSteps = 3 } },
        { "lr_scheduler_type", s_sound with { LrSchedulerType = LrSchedulerType.Constant, WarmupSteps = 3 } },
        { "weight_decay", s_sound with { WeightDecay = -0.1 } },
        { "adam_beta2", s_sound with { AdamBeta2 = 1 } },
        { "adam_beta2", s_sound with { AdamBeta2 = 0.99999999 } },
        { "adam_epsilon", s_sound with { AdamEpsilon = 1e-46 } },
        { "max_grad_norm", s_sound with { MaxGradNorm = double.PositiveInfinity } },
        { "num_train_epochs", s_sound with { NumTrainEpochs = 0 } },
        { "max_steps", s_sound with { MaxSteps = 0 } },
        { "packing", s_sound with { Packing = true, Shuffle = false } },
        { "packing_length", s_sound with { PackingLength = 128 } },
        { "packing_length", s_sound with { Packing = true, PackingLength = 128, MaxLength = 256 } },
        { "split_dataset_ratio", s_sound with { SplitDatasetRatio = 1 } },
        { "split_dataset_ratio", s_sound with { SplitDatasetRatio = 0.1, ValDataset = ["v"] } },
        { "model_name", s_sound with { ModelName = ["a", "b", "c"] } },
        { "gradient_accumulation_steps", s_sound with { GradientAccumulationSteps = 0 } },
        { "eval_strategy", s_sound with { EvalStrategy = IntervalStrategy.Steps } },
        { "load_best_model_at_end", s_sound with { LoadBestModelAtEnd = true } },
        { "save_total_limit", s_sound with { SaveTotalLimit = 0 } },
        { "overwrite_output_dir", s_sound with { OverwriteOutputDir = true, ResumeFromCheckpoint = "last" } },
        { "report_to", s_sound with { ReportTo = [Reporter.None, Reporter.TensorBoard] } },
        { "threads", s_sound with { Threads = 0 } },
    };

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public void A_broken_rule_is_reported_under_its_setting_with_a_fix(string setting, SftSettings settings)
    {
        var error = Assert.Single(settings.Validate());
        Assert.Equal(setting, error.Setting);
        Assert.NotEmpty(error.Fix);
    }

    [Fact]
    public void Sound_settings_break_no_rule()
    {
        Assert.Empty(s_sound.Validate());
        Assert.Empty(new PretrainSettings { Model = "m", Dataset = ["d"], Init = WeightInit.Random }.Validate());
        Assert.Empty(new PlanSettings { Model = "m", Dataset = ["d"] }.Validate());
        Assert.Empty(new DoctorSettings().Validate());
    }

    [Fact]
    public void All_broken_rules_are_reported_at_once()
    {
        var e = Assert.Throws<HoneException>(() => SettingsBinder.ThrowIfInvalid(s_sound with { LoraRank = 0, WarmupRatio = 2 }));
        Assert.Contains("lora_rank", e.Message, StringComparison.Ordinal);
        Assert.Contains("warmup_ratio", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_depend_on_what_is_trained()
    {
        Assert.Equal(1e-4, s_sound.EffectiveLearningRate);
        Assert.Equal(1e-5, (s_sound with { TunerType = TunerType.Full }).EffectiveLearningRate);
        Assert.Equal(TunerType.Full, new PretrainSettings().TunerType);
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(3, 6)]
    [InlineData(16, 1)]
    [InlineData(64, 1)]
    public void Accumulation_fills_a_step_to_sixteen_rows(int batch, int expected) =>
        Assert.Equal(expected, (s_sound with { PerDeviceTrainBatchSize = batch }).EffectiveGradientAccumulationSteps);

    [Theory]
    [InlineData(true, false, "all-linear")]
    [InlineData(true, false, "ALL")]
    [InlineData(true, false, "all_linear")]
    [InlineData(false, true, ".*wq|.*wk|.*wv|.*wo")]
    [InlineData(false, false, "q_proj")]
    [InlineData(false, false, "model.layers.0.self_attn.q_proj")]
    [InlineData(false, false, "q_proj", "all-linear")]
    public void Target_modules_are_names_or_an_expression_or_everything(bool all, bool regex, params string[] modules)
    {
        var settings = s_sound with { TargetModules = modules };
        Assert.Equal(all, settings.TargetsAllLinear);
        Assert.Equal(regex, settings.TargetsRegex);
    }

    [Fact]
    public void Warm_up_is_rounded_up_as_hugging_face_does()
    {
        Assert.Equal(6, (s_sound with { WarmupRatio = 0.05 }).EffectiveWarmupSteps(101));
        Assert.Equal(4, (s_sound with { WarmupSteps = 4 }).EffectiveWarmupSteps(101));
    }
}
