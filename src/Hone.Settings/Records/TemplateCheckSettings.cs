#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone template check</c>.</summary>
public sealed record TemplateCheckSettings : ModelSettings
{
    [TemplateSetting]
    public string? Template { get; init; }

    [Setting("dataset", Group = "Data", Path = PathUse.Data, MissingPath = ExitCode.Data, Aliases = ["val_dataset", "data_path", "d"],
        DefaultNote = "conversations that are built in", Help = "Check the conversations of these files; 'file#500' takes 500 rows of it.")]
    public IReadOnlyList<string> Dataset { get; init; } = [];
}
