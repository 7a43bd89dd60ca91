namespace Hone.Data.Registration;

/// <summary>A model with a name, and what goes with it where the user says nothing else.</summary>
/// <param name="Name">For <c>--model</c>.</param>
/// <param name="Folder">Its folder.</param>
public sealed record RegisteredModel(string Name, string Folder)
{
    /// <summary>Its chat template, a name or a file; null leaves it to the model's own.</summary>
    public string? Template { get; init; }

    /// <summary>Layers that adapters are put on; empty leaves it to the setting's default.</summary>
    public IReadOnlyList<string> TargetModules { get; init; } = [];
}
