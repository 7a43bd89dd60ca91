#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone data convert</c>: the two converters of the MindSpore guide.</summary>
public sealed record DataConvertSettings : VerbSettings
{
    [Setting("dataset", Group = "Rows", Path = PathUse.Data, MissingPath = ExitCode.Data, Aliases = ["data_path", "input_glob", "d"],
        Help = "Files with rows of any form; several may follow. 'file#500' takes 500 rows of it.")]
    public IReadOnlyList<string> Dataset { get; init; } = [];

    [SharedSetting("columns", Group = "Rows")]
    public IReadOnlyList<string> Columns { get; init; } = [];

    [SharedSetting("custom_dataset_info", Group = "Rows")]
    public string? CustomDatasetInfo { get; init; }

    [Setting("output", Group = "Rows", Path = PathUse.Output, Aliases = ["output_path", "output_file"], Help = "File to write.")]
    public string? Output { get; init; }

    [Setting("to", Group = "Rows", DefaultNote = "mindrecord when output ends so, else conversations", Help = "What to write.")]
    public ConvertTarget? To { get; init; }

    [SharedSetting("strict", Group = "Rows")]
    public bool Strict { get; init; } = true;

    [Setting("alpaca_prompt", Group = "Conversations",
        Help = "Put the question of an Alpaca row into the prompt that Alpaca was trained with, as the guide's converter does.")]
    public bool AlpacaPrompt { get; init; } = true;

    [Setting("model", Group = "MindRecord", Path = PathUse.Model, MissingPath = ExitCode.Model,
        Aliases = ["model_id_or_path", "model_name_or_path", "model_file", "tokenizer", "m"],
        Help = "Folder with tokenizer files and chat template, a tokenizer.model in it, or a model's id on a hub; no weights are needed.")]
    public string? Model { get; init; }

    [SharedSetting("model_revision", Group = "MindRecord")]
    public string? ModelRevision { get; init; }

    [SharedSetting("use_hf", Group = "Rows")]
    public bool UseHf { get; init; } = true;

    [SharedSetting("template", Group = "MindRecord")]
    public string? Template { get; init; }

    [SharedSetting("system", Group = "MindRecord")]
    public string? System { get; init; }

    [Setting("seq_length", Group = "MindRecord",
        Help = "Tokens that a step sees of a row. Rows have one more, since each token is predicted from those before it.")]
    public int SeqLength { get; init; } = 2048;

    [SharedSetting("truncation_strategy", Group = "MindRecord")]
    public TruncationStrategy TruncationStrategy { get; init; } = TruncationStrategy.Delete;

    [Setting("loss_scale", Group = "MindRecord", Help = "Which tokens are learned: every assistant turn, the last one, or all tokens with the prompts.")]
    public LossScale LossScale { get; init; }

    [SharedSetting("model_name", Group = "MindRecord")]
    public IReadOnlyList<string> ModelName { get; init; } = [];

    [SharedSetting("model_author", Group = "MindRecord")]
    public IReadOnlyList<string> ModelAuthor { get; init; } = [];

    [Setting("attention_mask", Group = "MindRecord", Help = "Add a column that says which tokens are padding.")]
    public bool AttentionMask { get; init; }

    [Setting("file_partition", Group = "MindRecord", Aliases = ["shards"], Help = "Files to spread the rows over.")]
    public int FilePartition { get; init; } = 1;

    /// <summary>What is written, whether it was said or only meant.</summary>
    public ConvertTarget Target => To
        ?? (Output is not null && Output.EndsWith(".mindrecord", StringComparison.OrdinalIgnoreCase) ? ConvertTarget.MindRecord : ConvertTarget.Conversations);

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.Revision(ModelRevision);
        rules.Require("dataset", Dataset.Count > 0, "dataset is not set", "name the rows: --dataset <file.json>");
        rules.Require("output", !string.IsNullOrWhiteSpace(Output), "output is not set", "name the file to write: --output <file>");
        rules.Require("model", Target != ConvertTarget.MindRecord || !string.IsNullOrWhiteSpace(Model), "model is not set",
            "give the folder with the tokenizer: --model <folder>");
        rules.AtLeast("seq_length", SeqLength, 1);
        rules.AtLeast("file_partition", FilePartition, 1);
        rules.Require("file_partition", FilePartition <= 1000, $"file_partition is {FilePartition}; MindSpore reads at most 1000 files", "ask for fewer files");
        rules.Names(ModelName, ModelAuthor);
    }
}
