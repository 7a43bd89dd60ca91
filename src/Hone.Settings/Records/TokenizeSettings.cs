#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone tokenize</c>: JSON lines with <c>text</c> in, <c>ids</c> and <c>decoded</c> out.</summary>
public sealed record TokenizeSettings : VerbSettings
{
    [Setting("model", Group = "Tokenizer", Path = PathUse.Model, MissingPath = ExitCode.Model,
        Aliases = ["model_id_or_path", "model_name_or_path", "tokenizer", "m"], Help = "Folder with tokenizer files, or a model's id on a hub; no weights are needed.")]
    public string? Model { get; init; }

    [SharedSetting("model_revision", Group = "Tokenizer")]
    public string? ModelRevision { get; init; }

    [SharedSetting("use_hf", Group = "Tokenizer")]
    public bool UseHf { get; init; } = true;

    [Setting("input", Group = "Rows", Path = PathUse.Input, MissingPath = ExitCode.Data, DefaultNote = "standard input", Help = "JSON lines with a text each.")]
    public string? Input { get; init; }

    [Setting("output", Group = "Rows", Path = PathUse.Output, DefaultNote = "standard output", Help = "File for the result, a JSON line per input line.")]
    public string? Output { get; init; }

    [Setting("add_special_tokens", Group = "Tokenizer", Help = "Add the tokens that the tokenizer puts around a text, such as <s>.")]
    public bool AddSpecialTokens { get; init; }

    [Setting("plain_sentencepiece", Group = "Tokenizer",
        Help = "Encode as a SentencePiece model alone does, where control tokens that are spelt out, such as <s>, stay text; training and chat find them.")]
    public bool PlainSentencepiece { get; init; }

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.Revision(ModelRevision);
        rules.Require("model", !string.IsNullOrWhiteSpace(Model), "model is not set", "give the folder with the tokenizer: --model <folder>");
    }
}
