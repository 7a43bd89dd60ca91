#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone template show</c>.</summary>
public sealed record TemplateShowSettings : VerbSettings
{
    [SharedSetting("template", Group = "Template", IsPositional = true)]
    public string? Template { get; init; }

    [Setting("model", Group = "Template", Path = PathUse.Model, MissingPath = ExitCode.Model,
        Aliases = ["model_id_or_path", "model_name_or_path", "m"], Help = "Folder of a model, or its id on a hub, whose own template is shown where none is named.")]
    public string? Model { get; init; }

    [SharedSetting("model_revision", Group = "Template")]
    public string? ModelRevision { get; init; }

    [SharedSetting("use_hf", Group = "Template")]
    public bool UseHf { get; init; } = true;

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.Revision(ModelRevision);
        rules.Require("template", !string.IsNullOrWhiteSpace(Template) || !string.IsNullOrWhiteSpace(Model),
            "neither template nor model is set", "name a template: hone template show chatml");
    }
}
