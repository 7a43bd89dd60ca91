namespace Hone.Settings;

/// <summary>
/// Declares one setting: its flag, YAML/JSON key, <c>HONE_</c> variable, help line and entry in <c>args.json</c> all come
/// from here, and its default is the property's own initial value.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public class SettingAttribute : Attribute
{
    /// <summary>Declares a setting.</summary>
    /// <param name="name">The one name, in snake_case.</param>
    public SettingAttribute(string name) => Name = name;

    /// <summary>The one name, in snake_case: ms-swift's where it has one.</summary>
    public string Name { get; }

    /// <summary>Heading under which help lists it.</summary>
    public string Group { get; init; } = "General";

    /// <summary>What it does, for help and for documentation: one or two plain sentences.</summary>
    public string Help { get; init; } = "";

    /// <summary>What a default of null means, as help shows it: <c>1e-4 for LoRA, 1e-5 for full</c>.</summary>
    public string? DefaultNote { get; init; }

    /// <summary>Other names that people bring from other tools. A single letter is a short flag.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>Whether the text is a path, and how it is looked up.</summary>
    public PathUse Path { get; init; } = PathUse.None;

    /// <summary>Exit code when an input path does not exist.</summary>
    public ExitCode MissingPath { get; init; } = ExitCode.Usage;

    /// <summary>Values of an input path that are not paths, such as <c>last</c>.</summary>
    public string[] NotPaths { get; init; } = [];

    /// <summary>Whether its value may stand by itself behind the verb, without the flag.</summary>
    public bool IsPositional { get; init; }

    /// <summary>Whether one text <c>a,b</c> means two values.</summary>
    public bool SplitOnComma { get; init; }
}
