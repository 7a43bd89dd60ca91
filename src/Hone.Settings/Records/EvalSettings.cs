#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone eval</c>.</summary>
public sealed record EvalSettings : ModelSettings
{
    [SharedSetting("template")]
    public string? Template { get; init; }

    [SharedSetting("system")]
    public string? System { get; init; }

    [Setting("dataset", Group = "Data", Path = PathUse.Data, MissingPath = ExitCode.Data,
        Aliases = ["val_dataset", "eval_dataset", "custom_val_dataset_path", "eval_data_path", "d"],
        Help = "Files or folders with rows: JSON, CSV, text, Parquet, Arrow; several may follow. 'file#500' takes 500 rows of it.")]
    public IReadOnlyList<string> Dataset { get; init; } = [];

    [SharedSetting("columns")]
    public IReadOnlyList<string> Columns { get; init; } = [];

    [SharedSetting("custom_dataset_info")]
    public string? CustomDatasetInfo { get; init; }

    [Setting("max_length", Group = "Data", Aliases = ["model_max_length", "cutoff_len"], DefaultNote = "the model's longest", Help = "Longest row in tokens.")]
    public int? MaxLength { get; init; }

    [SharedSetting("truncation_strategy")]
    public TruncationStrategy TruncationStrategy { get; init; } = TruncationStrategy.Delete;

    [SharedSetting("strict")]
    public bool Strict { get; init; } = true;

    [Setting("loss_scale", Group = "Data", Help = "Which tokens count: every assistant turn, the last one, or all tokens with the prompts; rules as for sft.")]
    public LossScale LossScale { get; init; }

    [SharedSetting("model_name")]
    public IReadOnlyList<string> ModelName { get; init; } = [];

    [SharedSetting("model_author")]
    public IReadOnlyList<string> ModelAuthor { get; init; } = [];

    [Setting("per_device_eval_batch_size", Group = "Data", Aliases = ["eval_batch_size", "batch_size"], Help = "Rows in a micro-batch.")]
    public int PerDeviceEvalBatchSize { get; init; } = 1;

    [Setting("metrics", Group = "Report", SplitOnComma = true, Aliases = ["metric"], Help = "Figures to compute.")]
    public IReadOnlyList<EvalMetric> Metrics { get; init; } = [EvalMetric.Loss, EvalMetric.TokenAccuracy];

    [Setting("per_token", Group = "Report", Help = "Write each row's token log-probabilities.")]
    public bool PerToken { get; init; }

    [Setting("output", Group = "Report", Path = PathUse.Output, Aliases = ["result_path"], DefaultNote = "standard output",
        Help = "JSON lines file for the rows of per_token.")]
    public string? Output { get; init; }

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.Require("dataset", Dataset.Count > 0, "dataset is not set", "name the rows: --dataset <file.jsonl>");
        rules.AtLeast("max_length", MaxLength, 2);
        rules.Names(ModelName, ModelAuthor);
        rules.AtLeast("per_device_eval_batch_size", PerDeviceEvalBatchSize, 1);
        rules.Require("metrics", Metrics.Count > 0, "metrics is empty", "name at least one");
        rules.Require("output", Output is null || PerToken, "output is set without per_token", "add --per_token");
    }
}
