#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone infer</c>: chat, one prompt, or a file of rows.</summary>
public sealed record InferSettings : ModelSettings
{
    [SharedSetting("template")]
    public string? Template { get; init; }

    [Setting("system", Group = "Model", DefaultNote = "the template's", Help = "System message.")]
    public string? System { get; init; }

    [Setting("prompt", Group = "Input", Aliases = ["query", "p"], DefaultNote = "chat in the terminal", Help = "Answer this once and leave.")]
    public string? Prompt { get; init; }

    [Setting("val_dataset", Group = "Input", Path = PathUse.Data, MissingPath = ExitCode.Data,
        Aliases = ["custom_val_dataset_path", "eval_data_path"], Help = "Answer every row of these files; 'file#10' takes 10 rows.")]
    public IReadOnlyList<string> ValDataset { get; init; } = [];

    [Setting("result_path", Group = "Input", Path = PathUse.Output, DefaultNote = "standard output",
        Help = "JSON lines file for the answers to val_dataset; must not exist.")]
    public string? ResultPath { get; init; }

    [Setting("max_length", Group = "Generation", Aliases = ["max_model_len"], DefaultNote = "the model's longest",
        Help = "Most tokens of a conversation, its answers included. Memory is taken as it grows.")]
    public int? MaxLength { get; init; }

    [Setting("max_new_tokens", Group = "Generation", DefaultNote = "generation_config.json, else 2048", Help = "Longest answer, in tokens.")]
    public int? MaxNewTokens { get; init; }

    [Setting("temperature", Group = "Generation", DefaultNote = "generation_config.json where it says do_sample, else 0",
        Help = "0 takes the likeliest token every time; above 0, tokens are drawn. Setting top_k or top_p alone means 1.")]
    public double? Temperature { get; init; }

    [Setting("top_k", Group = "Generation", DefaultNote = "generation_config.json, else 50", Help = "Draw among this many likeliest tokens; 0 for all.")]
    public int? TopK { get; init; }

    [Setting("top_p", Group = "Generation", DefaultNote = "generation_config.json, else 1", Help = "Draw among the likeliest tokens that together have this probability.")]
    public double? TopP { get; init; }

    [Setting("repetition_penalty", Group = "Generation", DefaultNote = "generation_config.json, else 1", Help = "Above 1, tokens already seen become less likely.")]
    public double? RepetitionPenalty { get; init; }

    [Setting("stop_words", Group = "Generation", Help = "The answer ends before any of these texts.")]
    public IReadOnlyList<string> StopWords { get; init; } = [];

    [Setting("stream", Group = "Generation", Help = "Show the answer while it is made.")]
    public bool Stream { get; init; } = true;

    [Setting("seed", Group = "Generation", Help = "Seed of the draws: same seed, same answer.")]
    public int Seed { get; init; } = 42;

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.AtLeast("max_length", MaxLength, 2);
        rules.AtLeast("max_new_tokens", MaxNewTokens, 1);
        rules.Within("temperature", Temperature, 0, 100);
        rules.AtLeast("top_k", TopK, 0);
        rules.Require("top_p", TopP is null or (> 0 and <= 1), $"top_p is {TopP}", "use a number above 0, up to 1");
        rules.Above("repetition_penalty", RepetitionPenalty, 0);
        rules.Require("prompt", Prompt is null || ValDataset.Count == 0, "prompt and val_dataset are both set", "keep one of them");
        rules.Require("result_path", ResultPath is null || ValDataset.Count > 0, "result_path is set without val_dataset",
            "add --val_dataset <file>, or leave result_path out");
    }
}
