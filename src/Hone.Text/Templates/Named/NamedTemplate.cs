namespace Hone.Text.Templates;

/// <summary>A chat template that is known by name.</summary>
/// <param name="Name">The name, as ms-swift spells it.</param>
/// <param name="Aliases">Other names for it.</param>
/// <param name="About">Which models it is for.</param>
/// <param name="Source">Its Jinja text, which needs nothing beside it: it can be saved with a model as it is.</param>
public sealed record NamedTemplate(string Name, IReadOnlyList<string> Aliases, string About, string Source);
