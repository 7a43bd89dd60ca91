namespace Hone.Text.Templates;

/// <summary>Why a template is used.</summary>
public enum TemplateOrigin
{
    /// <summary>A setting names it.</summary>
    Named,

    /// <summary>It was saved with the adapter, which was trained with it.</summary>
    Adapter,

    /// <summary>It is the model's own.</summary>
    Model,

    /// <summary>The model has none: <see cref="NamedTemplates.Default"/> takes its place.</summary>
    Default,
}

/// <summary>The chat template that training, evaluation and chat use, and why it is this one.</summary>
/// <param name="Template">The template.</param>
/// <param name="Origin">Why.</param>
public sealed record TemplateChoice(ChatTemplate Template, TemplateOrigin Origin)
{
    /// <summary>Whether the model's own files say the same, so that a checkpoint has it without further ado.</summary>
    public bool IsTheModels => Origin == TemplateOrigin.Model;

    /// <summary>Which template it is and why, for people: <c>chatml, named by --template</c>.</summary>
    public string Explanation => Origin switch
    {
        TemplateOrigin.Named => $"{Template.Name}, named by --template",
        TemplateOrigin.Adapter => "the one saved with the adapter",
        TemplateOrigin.Model => "the model's own",
        _ => $"{NamedTemplates.Default}: the model has none",
    };

    /// <summary>
    /// The template to use: what the setting names, else what the adapter was trained with, else the model's own.
    /// </summary>
    /// <param name="setting">A name, a Jinja file, or null.</param>
    /// <param name="modelFolder">The model.</param>
    /// <param name="adapterFolder">The adapter on it, or null.</param>
    /// <param name="catalog">Templates by name; null takes those that Hone has.</param>
    /// <returns>Null when nothing names one and the model has none.</returns>
    /// <exception cref="HoneException">There is no such file or name (exit code 2), or a template can't be read (exit code 4).</exception>
    public static TemplateChoice? Find(string? setting, string modelFolder, string? adapterFolder, TemplateCatalog? catalog = null)
    {
        var own = ChatTemplate.FromModelFolder(modelFolder);
        if (ChatTemplate.IsGiven(setting)) return new TemplateChoice(ChatTemplate.Load(setting, modelFolder, catalog)!, TemplateOrigin.Named);
        var saved = adapterFolder is null ? null : ChatTemplate.FromAdapterFolder(adapterFolder, modelFolder);
        if (saved is not null && saved.Source != own?.Source) return new TemplateChoice(saved, TemplateOrigin.Adapter);
        return own is null ? null : new TemplateChoice(own, TemplateOrigin.Model);
    }

    /// <summary>The same for rows that must be rendered somehow: a model without a template gets <see cref="NamedTemplates.Default"/>.</summary>
    /// <exception cref="HoneException">As <see cref="Find"/>.</exception>
    public static TemplateChoice FindOrDefault(string? setting, string modelFolder, string? adapterFolder, TemplateCatalog? catalog = null) =>
        Find(setting, modelFolder, adapterFolder, catalog) ?? new TemplateChoice(ChatTemplate.FromName(NamedTemplates.Default, modelFolder), TemplateOrigin.Default);
}
