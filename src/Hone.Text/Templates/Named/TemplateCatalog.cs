namespace Hone.Text.Templates;

/// <summary>Chat templates by name: those that Hone has, and others that somebody registered.</summary>
public sealed class TemplateCatalog
{
    private readonly Dictionary<string, NamedTemplate> byName = new(StringComparer.Ordinal);

    /// <summary>A catalog of those that Hone has and some more.</summary>
    /// <param name="more">Further ones; a name that is there already is an <see cref="ArgumentException"/>.</param>
    public TemplateCatalog(IEnumerable<NamedTemplate> more)
    {
        All = [.. NamedTemplates.All, .. more];
        foreach (var template in All)
        {
            foreach (var name in template.Aliases.Prepend(template.Name)) byName.Add(Normalize(name), template);
        }
    }

    /// <summary>Those that Hone has.</summary>
    public static TemplateCatalog BuiltIn { get; } = new([]);

    /// <summary>All of them, Hone's own first.</summary>
    public IReadOnlyList<NamedTemplate> All { get; }

    /// <summary>The template of a name or alias, whatever its case and whether it has dashes, dots or underscores; null when there is none.</summary>
    public NamedTemplate? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return byName.GetValueOrDefault(Normalize(name));
    }

    /// <summary>The template of a name.</summary>
    /// <exception cref="HoneException">There is none (exit code 2).</exception>
    public NamedTemplate Get(string name)
    {
        if (Find(name) is { } template) return template;
        var near = Suggestion.Nearest(Normalize(name), byName.Keys);
        throw new HoneException(ExitCode.Usage, $"There is no template file '{name}' and no template of that name.", null,
            (near is null ? "" : $"Did you mean {near}? ") + "hone template list shows all names; a file needs its path.");
    }

    private static string Normalize(string name) => name.Replace('-', '_').Replace('.', '_').ToLowerInvariant();
}
