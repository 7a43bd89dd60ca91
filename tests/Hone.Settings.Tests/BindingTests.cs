using Hone.Testing;

namespace Hone.Settings.Tests;

public sealed class BindingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _rows;

    public BindingTests()
    {
        _model = Path.GetDirectoryName(_folder.Write("model/config.json", "{}"))!;
        _rows = _folder.Write("rows.jsonl", "{}");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Flags_win_over_variables_over_the_file_over_defaults()
    {
        var config = _folder.Write("run.yaml", $"model: {_model}\ndataset: {_rows}\nlora_rank: 2\nlora_alpha: 2\nseed: 2\n");
        var environment = new Dictionary<string, string> { ["HONE_LORA_ALPHA"] = "3", ["HONE_SEED"] = "3" };
        var settings = SettingsBinder.Bind<SftSettings>([config, "--seed", "4"], environment);
        Assert.Equal(2, settings.LoraRank);
        Assert.Equal(3, settings.LoraAlpha);
        Assert.Equal(4, settings.Seed);
        Assert.Equal(0.05, settings.LoraDropout);
    }

    [Theory]
    [InlineData("--learning_rate", "3e-4")]
    [InlineData("--learning-rate", "3e-4")]
    [InlineData("--Learning_Rate=3e-4")]
    [InlineData("--lr", "0.0003")]
    public void Spelling_of_a_flag_does_not_matter(params string[] flag) => Assert.Equal(3e-4, Sft(flag).LearningRate);

    [Theory]
    [InlineData(true, "--packing")]
    [InlineData(true, "--packing", "True")]
    [InlineData(true, "--packing", "1")]
    [InlineData(true, "--packing=yes")]
    [InlineData(false, "--packing", "False")]
    [InlineData(false, "--packing", "0")]
    public void A_switch_stands_alone_or_takes_a_truth_value(bool expected, params string[] flag) => Assert.Equal(expected, Sft(flag).Packing);

    [Theory]
    [InlineData("chatml", "chatml")]
    [InlineData("llama3.1", "llama3.1")]
    [InlineData("Qwen-2", "Qwen-2")]
    public void A_template_is_a_name_unless_it_looks_like_a_file(string text, string expected) => Assert.Equal(expected, Sft("--template", text).Template);

    [Theory]
    [InlineData("mine.jinja")]
    [InlineData("./chatml")]
    [InlineData("folder/chatml")]
    [InlineData("")]
    public void A_template_that_looks_like_a_file_must_exist(string text) => Assert.Throws<HoneException>(() => Sft("--template", text));

    [Fact]
    public void A_template_file_is_found_beside_the_configuration()
    {
        var file = _folder.Write("mine.jinja", "{{ messages }}");
        Assert.Equal(file, Sft([_folder.Write("run.yaml", "template: mine.jinja\n")]).Template);
    }

    [Fact]
    public void A_switch_does_not_swallow_the_configuration_file()
    {
        var config = _folder.Write("run.yaml", "lora_rank: 3\n");
        var settings = Sft("--packing", config);
        Assert.True(settings.Packing);
        Assert.Equal(3, settings.LoraRank);
    }

    [Fact]
    public void A_list_takes_all_values_up_to_the_next_flag_and_repeats_add_up()
    {
        var second = _folder.Write("b.jsonl", "{}");
        var settings = SettingsBinder.Bind<SftSettings>(["-m", _model, "--custom_train_dataset_path", _rows, second + "#5", "-d", second, "--seed", "1"]);
        Assert.Equal([_rows, second + "#5", second], settings.Dataset);
    }

    [Fact]
    public void The_last_of_two_equal_flags_counts() => Assert.Equal(2, Sft("--seed", "1", "--seed", "2").Seed);

    [Fact]
    public void Negative_numbers_and_quoted_sentences_are_values()
    {
        var settings = Sft("--max_steps", "-1", "--system", "-- be brief", "--model_name", "小黄", "Xiao Huang");
        Assert.Equal(-1, settings.MaxSteps);
        Assert.Equal("-- be brief", settings.System);
        Assert.Equal(["小黄", "Xiao Huang"], settings.ModelName);
    }

    [Theory]
    [InlineData(TunerType.Lora, "--use_lora", "True")]
    [InlineData(TunerType.Full, "--use_lora", "False")]
    [InlineData(TunerType.Full, "--sft_type", "full")]
    [InlineData(TunerType.Full, "--train_type", "FULL")]
    [InlineData(TunerType.Lora, "--q_lora", "False")]
    public void Other_tools_names_of_the_tuner_are_understood(TunerType expected, params string[] flag) => Assert.Equal(expected, Sft(flag).TunerType);

    [Fact]
    public void The_flags_of_the_qwen_script_are_understood()
    {
        var settings = SettingsBinder.Bind<SftSettings>([
            "--model_name_or_path", _model, "--data_path", _rows, "--bf16", "True", "--num_train_epochs", "5", "--addm_beta2", "0.95",
            "--model_max_length", "512", "--use_lora", "True", "--q_lora", "False", "--gradient_checkpointing", "--warmup_ratio", "0.01",
            "--lr_scheduler_type", "cosine", "--report_to", "none", "--lora_r", "64", "--evaluation_strategy", "no", "--optim", "adamw_torch"]);
        Assert.Equal(SaveDtype.BFloat16, settings.TorchDtype);
        Assert.Equal(512, settings.MaxLength);
        Assert.Equal(64, settings.LoraRank);
        Assert.True(settings.GradientCheckpointing);
        Assert.Equal([Reporter.None], settings.ReportTo);
        Assert.Equal(IntervalStrategy.No, settings.EvalStrategy);
    }

    [Fact]
    public void Quantized_training_is_refused_not_ignored() => AssertRefused(() => Sft("--q_lora", "True"), "4-bit");

    [Fact]
    public void A_sample_count_moves_into_the_data_set()
    {
        Assert.Equal([_rows + "#20"], Sft("--train_dataset_sample", "20").Dataset);
        Assert.Equal([_rows], Sft("--train_dataset_sample", "-1").Dataset);
        AssertRefused(() => Sft("--train_dataset_sample", "20", "-d", _rows, _rows), "one file");
    }

    [Fact]
    public void A_checkpoint_folder_is_an_adapter_or_a_model_by_what_it_holds()
    {
        var adapter = Path.GetDirectoryName(_folder.Write("checkpoint-5/adapter_config.json", "{}"))!;
        Assert.Equal(adapter, SettingsBinder.Bind<InferSettings>(["--ckpt_dir", adapter]).Adapters);
        Assert.Equal(_model, SettingsBinder.Bind<InferSettings>(["--ckpt_dir", _model]).Model);
    }

    [Theory]
    [InlineData("q_proj,v_proj", "q_proj", "v_proj")]
    [InlineData(".*layers.[0-9]{1,2}.*q_proj", ".*layers.[0-9]{1,2}.*q_proj")]
    public void A_comma_separates_names_but_not_expressions(string text, params string[] expected) =>
        Assert.Equal(expected, Sft("--target_modules", text).TargetModules);

    [Fact]
    public void An_unknown_flag_names_the_nearest_setting()
    {
        var e = Assert.Throws<HoneException>(() => Sft("--learning_rat", "1"));
        Assert.Equal(ExitCode.Usage, e.ExitCode);
        Assert.Equal("--learning_rat", e.Where);
        Assert.Equal("did you mean learning_rate?", e.Fix);
    }

    [Fact]
    public void A_setting_of_another_verb_names_that_verb() => AssertRefused(() => Sft("--per_token"), "hone eval");

    [Fact]
    public void An_unknown_variable_is_an_error_but_one_of_another_verb_is_not()
    {
        string[] arguments = ["-m", _model, "-d", _rows];
        SettingsBinder.Bind<SftSettings>(arguments, new Dictionary<string, string> { ["HONE_PER_TOKEN"] = "1", ["HONE_DEBUG"] = "1", ["HOME"] = "/" });
        AssertRefused(() => SettingsBinder.Bind<SftSettings>(arguments, new Dictionary<string, string> { ["HONE_LORA_RNK"] = "1" }), "HONE_LORA_RNK", "lora_rank");
    }

    [Theory]
    [InlineData("whole number", "--lora_rank", "eight")]
    [InlineData("whole number", "--lora_rank", "99999999999")]
    [InlineData("number", "--lora_alpha", "NaN")]
    [InlineData("cosine, linear, constant, constant_with_warmup", "--lr_scheduler_type", "cosin")]
    [InlineData("lora_rank is ''", "--lora_rank=")]
    [InlineData("belongs to no setting", "--seed", "1", "2")]
    [InlineData("needs a value", "--model")]
    [InlineData("true or false", "--packing=maybe")]
    public void A_wrong_value_says_what_is_expected(string expected, params string[] flags) => AssertRefused(() => Sft(flags), expected);

    [Fact]
    public void A_word_for_nothing_resets_a_setting_that_may_be_unset() =>
        Assert.Null(Sft("--learning_rate", "1e-3", "--learning_rate", "None").LearningRate);

    [Fact]
    public void A_path_in_a_file_is_found_from_the_current_folder_or_beside_the_file()
    {
        _folder.Write("configs/data/rows.jsonl", "{}");
        var config = _folder.Write("configs/run.yaml", $"model: {_model}\ndataset: [data/rows.jsonl#3]\n");
        var settings = SettingsBinder.FromFile<SftSettings>(config);
        Assert.Equal([Path.Combine(_folder.Path, "configs", "data/rows.jsonl#3")], settings.Dataset);
    }

    [Fact]
    public void A_missing_path_has_its_exit_code_and_names_both_places()
    {
        var config = _folder.Write("run.yaml", $"model: nowhere/a/model\ndataset: {_rows}\n");
        var e = Assert.Throws<HoneException>(() => SettingsBinder.FromFile<SftSettings>(config));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Equal(config + ":1", e.Where);
        Assert.Contains(Path.GetFullPath("nowhere/a/model"), e.Fix, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_folder.Path, "nowhere/a/model"), e.Fix, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => Sft("--val_dataset", "none.jsonl#3")).ExitCode);
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => Sft("--val_dataset", "data/none.jsonl")).ExitCode);
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => Sft("--val_dataset", "hf::../x")).ExitCode);
        Assert.Equal("last", Sft("--resume_from_checkpoint", "last").ResumeFromCheckpoint);
    }

    [Fact]
    public void A_model_that_is_no_folder_may_be_an_id()
    {
        Assert.Equal("Qwen/Qwen2.5-0.5B@main", Sft("-m", "Qwen/Qwen2.5-0.5B@main").Model);
        Assert.Equal("ms::org/name", Sft("-m", "ms::org/name", "--adapters", "org/lora").Model);
        Assert.False(Sft("--use_hf", "false").UseHf);
        Assert.Equal("refs/pr/1", Sft("--revision", "refs/pr/1").ModelRevision);
        AssertRefused(() => Sft("--model_revision", "../x"), "model_revision is '../x'");
        Assert.Equal(ExitCode.Model, Assert.Throws<HoneException>(() => Sft("-m", "nowhere")).ExitCode);
    }

    [Fact]
    public void What_is_no_file_may_be_a_name() =>
        Assert.Equal(["mine#5", "org/name:sub#3", "hf::gsm8k:main"], Sft("-d", "mine#5", "org/name:sub#3", "hf::gsm8k:main").Dataset);

    [Fact]
    public void A_path_in_a_file_may_hold_marks_and_a_count()
    {
        _folder.Write("configs/a#1:b.jsonl", "{}");
        var config = _folder.Write("configs/run.yaml", $"model: {_model}\ndataset: ['a#1:b.jsonl#3']\n");
        Assert.Equal([Path.Combine(_folder.Path, "configs", "a#1:b.jsonl#3")], SettingsBinder.FromFile<SftSettings>(config).Dataset);
    }

    [Fact]
    public void Names_may_stand_in_one_text_as_in_LLaMA_Factory()
    {
        Assert.Equal(["one", "two#3", _rows], Sft("-d", $"one, two#3,{_rows}").Dataset);
        var comma = _folder.Write("a,b.jsonl", "{}");
        Assert.Equal([comma + "#2"], Sft("-d", comma + "#2").Dataset);
        var config = _folder.Write("run.yaml", $"model: {_model}\ndataset: one,two\ndataset_dir: {_folder.Path}\n");
        _folder.Write("dataset_info.json", "{}");
        var settings = SettingsBinder.FromFile<SftSettings>(config);
        Assert.Equal(["one", "two"], settings.Dataset);
        Assert.Equal(Path.Combine(_folder.Path, "dataset_info.json"), settings.CustomDatasetInfo);
    }

    [Fact]
    public void Self_cognition_rows_are_added_to_the_data()
    {
        Assert.Equal([_rows, "swift/self-cognition#500"], Sft("--self_cognition_sample", "500").Dataset);
        Assert.Equal([_rows], Sft("--self_cognition_sample", "0").Dataset);
        Assert.Equal(["swift/self-cognition#7"], SettingsBinder.Bind<SftSettings>(["-m", _model, "--self_cognition_sample", "7"]).Dataset);
        AssertRefused(() => Sft("--self_cognition_sample", "x"), "not a number of rows");
    }

    [Fact]
    public void Proportions_need_a_number_for_each_data_set()
    {
        Assert.Equal([0.3, 0.7], Sft("--interleave_prob", "0.3", "0.7", "-d", _rows, _rows).InterleaveProb);
        AssertRefused(() => Sft("--interleave_prob", "0.3", "0.7"), "2 numbers", "1 entries");
        AssertRefused(() => Sft("--interleave_prob", "0"), "not above 0");
        AssertRefused(() => Sft("--interleave_prob", "1e-12", "1", "-d", _rows, _rows), "a share below 0.0001");
        AssertRefused(() => Sft("--interleave_prob", "Infinity", "1", "-d", _rows, _rows), "interleave_prob");
        Assert.Equal(StoppingStrategy.AllExhausted, Sft("--stopping_strategy", "all_exhausted").StoppingStrategy);
    }

    [Fact]
    public void The_mix_strategies_of_LLaMA_Factory_are_understood()
    {
        Assert.Empty(Sft("--mix_strategy", "concat", "-d", _rows, _rows).InterleaveProb);
        var under = Sft("--mix_strategy", "interleave_under", "--interleave_probs", "0.7,0.3", "-d", _rows, _rows);
        Assert.Equal([0.7, 0.3], under.InterleaveProb);
        Assert.Equal(StoppingStrategy.FirstExhausted, under.StoppingStrategy);
        var over = Sft("--mix_strategy", "interleave_over", "-d", _rows, _rows, _rows);
        Assert.Equal([1, 1, 1], over.InterleaveProb);
        Assert.Equal(StoppingStrategy.AllExhausted, over.StoppingStrategy);
        Assert.Empty(Sft("--mix_strategy", "interleave_over").InterleaveProb);

        // A file of LLaMA-Factory has the data sets in one text, and mix_strategy before or behind it.
        _folder.Write("dataset_info.json", "{}");
        var config = _folder.Write("mix.yaml", $"model: {_model}\nmix_strategy: interleave_over\ndataset: one,two\ndataset_dir: {_folder.Path}\nmax_samples: 50\n");
        var settings = SettingsBinder.FromFile<SftSettings>(config);
        Assert.Equal([1, 1], settings.InterleaveProb);
        Assert.Equal(50, settings.MaxSamples);

        AssertRefused(() => Sft("--mix_strategy", "concat", "--interleave_prob", "1", "1", "-d", _rows, _rows), "concat", "keep one of them");
        AssertRefused(() => Sft("--mix_strategy", "interleave_over", "--stopping_strategy", "first_exhausted", "-d", _rows, _rows), "all_exhausted");
        AssertRefused(() => Sft("--mix_strategy", "interleave_once", "-d", _rows, _rows), "interleave_once", "interleave_under");
        AssertRefused(() => Sft("--max_samples", "0"), "max_samples");
    }

    private SftSettings Sft(params string[] flags) =>
        SettingsBinder.Bind<SftSettings>([.. flags, .. flags.Contains("-m") ? [] : new[] { "-m", _model }, .. flags.Contains("-d") ? [] : new[] { "-d", _rows }]);

    private static void AssertRefused(Action action, params string[] parts)
    {
        var e = Assert.Throws<HoneException>(action);
        Assert.Equal(ExitCode.Usage, e.ExitCode);
        var text = $"{e.Message} | {e.Where} | {e.Fix}";
        Assert.All(parts, part => Assert.Contains(part, text, StringComparison.Ordinal));
    }
}
