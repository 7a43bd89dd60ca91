#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone template render</c>: conversations as JSON lines in, text out.</summary>
public sealed record TemplateRenderSettings : VerbSettings
{
    [SharedSetting("template", Group = "Template")]
    public string? Template { get; init; }

    [Setting("model", Group = "Template", Path = PathUse.Model, MissingPath = ExitCode.Model,
        Aliases = ["model_id_or_path", "model_name_or_path", "m"], Help = "Folder of a model, or its id on a hub, for its chat_template and special tokens.")]
    public string? Model { get; init; }

    [SharedSetting("model_revision", Group = "Template")]
    public string? ModelRevision { get; init; }

    [SharedSetting("use_hf", Group = "Template")]
    public bool UseHf { get; init; } = true;

    [Setting("input", Group = "Rows", Path = PathUse.Input, MissingPath = ExitCode.Data, DefaultNote = "standard input", Help = "JSON lines with messages each.")]
    public string? Input { get; init; }

    [Setting("output", Group = "Rows", Path = PathUse.Output, DefaultNote = "standard output", Help = "File for the result, a JSON line per input line.")]
    public string? Output { get; init; }

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.Revision(ModelRevision);
        rules.Require("template", !string.IsNullOrWhiteSpace(Template) || !string.IsNullOrWhiteSpace(Model),
            "neither template nor model is set", "give --template <file.jinja> or --model <folder>");
    }
}
