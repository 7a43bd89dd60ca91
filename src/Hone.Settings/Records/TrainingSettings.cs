#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>
/// Everything a training run depends on: shared by <c>sft</c>, <c>pt</c> and <c>plan</c>. Names and defaults follow
/// ms-swift 4 unless the help says otherwise. The rules between settings are in <see cref="VerbSettings.Validate"/>.
/// </summary>
public abstract partial record TrainingSettings : VerbSettings
{
    [Setting("model", Group = "Model", Path = PathUse.Model, MissingPath = ExitCode.Model,
        Aliases = ["model_id_or_path", "model_name_or_path", "model_type", "m"],
        Help = "Folder of a Hugging Face model (config.json, tokenizer and safetensors weights), or its id on a hub: Qwen/Qwen2.5-0.5B-Instruct, ms::org/name, org/name@revision.")]
    public string? Model { get; init; }

    [Setting("adapters", Group = "Model", Path = PathUse.Model, MissingPath = ExitCode.Model, Aliases = ["lora_weight_path"],
        Help = "Folder of a PEFT LoRA adapter to start from, or its id on a hub. Rank, alpha and target modules are then its own.")]
    public string? Adapters { get; init; }

    [SharedSetting("model_revision")]
    public string? ModelRevision { get; init; }

    [SharedSetting("use_hf")]
    public bool UseHf { get; init; } = true;

    [Setting("torch_dtype", Group = "Model", Aliases = ["dtype"], DefaultNote = "as the model is stored; float32 for adapters",
        Help = "Number format of the weights that are written: the model's, or the adapter's. Training computes in float32 whatever this says.")]
    public SaveDtype? TorchDtype { get; init; }

    [SharedSetting("template")]
    public string? Template { get; init; }

    [Setting("accept_unproven_template", Group = "Model", Aliases = ["force_template"],
        Help = "Train although it can't be proven that training and inference see the same tokens with this template; hone template check says why.")]
    public bool AcceptUnprovenTemplate { get; init; }

    [SharedSetting("system")]
    public string? System { get; init; }

    [Setting("dataset", Group = "Data", Path = PathUse.Data, MissingPath = ExitCode.Data,
        Aliases = ["custom_train_dataset_path", "data_path", "d"],
        Help = "Files or folders with training rows (JSON, CSV, text, Parquet, Arrow), names that dataset_info.json registers, or ids on a hub; "
            + "several may follow. 'file#500' takes 500 rows of it.")]
    public IReadOnlyList<string> Dataset { get; init; } = [];

    [Setting("val_dataset", Group = "Data", Path = PathUse.Data, MissingPath = ExitCode.Data,
        Aliases = ["custom_val_dataset_path", "eval_data_path"], Help = "Files with validation rows, as for dataset.")]
    public IReadOnlyList<string> ValDataset { get; init; } = [];

    [SharedSetting("columns")]
    public IReadOnlyList<string> Columns { get; init; } = [];

    [SharedSetting("custom_dataset_info")]
    public string? CustomDatasetInfo { get; init; }

    [Setting("interleave_prob", Group = "Data", Aliases = ["interleave_probs"], SplitOnComma = true, DefaultNote = "one data set after another",
        Help = "Draw the rows from several data sets in these proportions, one number for each entry of dataset.")]
    public IReadOnlyList<double> InterleaveProb { get; init; } = [];

    [Setting("stopping_strategy", Group = "Data",
        Help = "When rows drawn by interleave_prob end: with the first data set that ends, or once all have been read to their end.")]
    public StoppingStrategy StoppingStrategy { get; init; } = StoppingStrategy.FirstExhausted;

    [Setting("max_samples", Group = "Data", DefaultNote = "all", Help = "Take at most so many rows of each data set, the first of them: for a trial run.")]
    public int? MaxSamples { get; init; }

    [Setting("split_dataset_ratio", Group = "Data", Aliases = ["dataset_test_ratio"],
        Help = "Share of the training rows that is held back for validation when there is no val_dataset.")]
    public double SplitDatasetRatio { get; init; }

    [Setting("shuffle", Group = "Data", Aliases = ["dataset_shuffle", "train_dataloader_shuffle"],
        Help = "Draw a new order of the rows for each epoch. With false, rows are trained, sampled and split in file order.")]
    public bool Shuffle { get; init; } = true;

    [Setting("data_seed", Group = "Data", DefaultNote = "seed", Help = "Seed of the order, the samples and the split of rows.")]
    public int? DataSeed { get; init; }

    [Setting("streaming", Group = "Data",
        Help = "Read, tokenize and pack rows while they are trained on, for data larger than the disk or without an end. Needs max_steps and max_length.")]
    public bool Streaming { get; init; }

    [Setting("shuffle_buffer_size", Group = "Data",
        Help = "With streaming: rows among which the next one is drawn. Files that are sorted want a large one.")]
    public int ShuffleBufferSize { get; init; } = 1000;

    [Setting("max_length", Group = "Data", Aliases = ["model_max_length", "cutoff_len"], DefaultNote = "the model's longest",
        Help = "Longest row in tokens.")]
    public int? MaxLength { get; init; }

    [SharedSetting("truncation_strategy")]
    public TruncationStrategy TruncationStrategy { get; init; } = TruncationStrategy.Delete;

    [SharedSetting("strict")]
    public bool Strict { get; init; } = true;

    [Setting("packing", Group = "Data",
        Help = "Fill each training sequence with several rows, best fit, up to packing_length. Rows never see each other.")]
    public bool Packing { get; init; }

    [Setting("packing_length", Group = "Data", DefaultNote = "max_length", Help = "Tokens in a packed sequence.")]
    public int? PackingLength { get; init; }

    [Setting("group_by_length", Group = "Data",
        Help = "Put rows of about the same length into a micro-batch. Nothing is padded either way: it evens out their sizes.")]
    public bool GroupByLength { get; init; }

    [Setting("token_cache", Group = "Data", DefaultNote = "for data files of 16 MiB and more",
        Help = "Keep the tokens of the rows in the user's cache folder (HONE_CACHE names another), and take them from there while data, tokenizer, "
            + "template and settings are the same.")]
    public bool? TokenCache { get; init; }

    [Setting("loss_scale", Group = "Data",
        Help = "Which tokens are learned: every assistant turn, the last one, or all tokens with the prompts. Rules joined by + weigh parts of "
            + "answers: ignore_empty_think, ignore_think_prefix, hermes, react, qwen, alpha_umi.")]
    public LossScale LossScale { get; init; }

    [Setting("loss_normalization", Group = "Data",
        Help = "What the loss of a step is divided by: its learned tokens. Two rules of older trainers repeat their runs: the mean of the "
            + "micro-batches' means, and a count that includes a learned first token of a row, which nothing predicts.")]
    public LossNormalization LossNormalization { get; init; } = LossNormalization.Tokens;

    [SharedSetting("model_name")]
    public IReadOnlyList<string> ModelName { get; init; } = [];

    [SharedSetting("model_author")]
    public IReadOnlyList<string> ModelAuthor { get; init; } = [];

    [Setting("tuner_type", Group = "Tuner", Aliases = ["sft_type", "train_type", "finetuning_type"],
        Help = "Train LoRA adapters or every parameter.")]
    public TunerType TunerType { get; init; } = TunerType.Lora;

    [Setting("lora_rank", Group = "Tuner", Aliases = ["lora_r"], Help = "Rank of the adapters.")]
    public int LoraRank { get; init; } = 8;

    [Setting("lora_alpha", Group = "Tuner", Help = "The update is scaled by lora_alpha / lora_rank.")]
    public double LoraAlpha { get; init; } = 32;

    [Setting("lora_dropout", Group = "Tuner", Aliases = ["lora_dropout_p"], Help = "Dropout on the adapters' input.")]
    public double LoraDropout { get; init; } = 0.05;

    [Setting("use_rslora", Group = "Tuner", Help = "Scale by lora_alpha / sqrt(lora_rank) instead.")]
    public bool UseRsLora { get; init; }

    [Setting("target_modules", Group = "Tuner", Aliases = ["lora_target_modules", "lora_target", "target_regex"], SplitOnComma = true,
        Help = "Which linear layers get an adapter: names (q_proj v_proj), one regular expression over full names, or all-linear.")]
    public IReadOnlyList<string> TargetModules { get; init; } = [AllLinear];

    [Setting("seed", Group = "Run", Help = "Seed of everything random: same seed and settings, same bits.")]
    public int Seed { get; init; } = 42;
}
