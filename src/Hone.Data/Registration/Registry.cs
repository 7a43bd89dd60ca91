using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Hone.Text.Templates;

namespace Hone.Data.Registration;

/// <summary>What users and plug-ins have registered by name, beside what Hone has.</summary>
public sealed class Registry : IRegistry
{
    /// <summary>What stands between the parts of paths, ids and counts of rows.</summary>
    private static readonly SearchValues<char> s_separators = SearchValues.Create("/\\#: \t\n");

    private readonly List<NamedTemplate> templates = [];
    private readonly Dictionary<string, RegisteredDataset> datasets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RegisteredModel> models = new(StringComparer.Ordinal);

    /// <summary>A registry in which nothing is registered.</summary>
    public Registry() => Templates = TemplateCatalog.BuiltIn;

    /// <summary>Templates by name, those that Hone has among them.</summary>
    public TemplateCatalog Templates { get; private set; }

    /// <summary>Names of the registered data sets.</summary>
    public IEnumerable<string> Datasets => datasets.Keys;

    /// <summary>Names of the registered models.</summary>
    public IEnumerable<string> Models => models.Keys;

    /// <summary>Reads files and loads plug-ins, in this order.</summary>
    /// <param name="files">YAML or JSON files; see <see cref="RegistrationFile"/>.</param>
    /// <param name="plugins">Assemblies. Their code runs.</param>
    /// <param name="more">What is registered already and stays so, or null.</param>
    /// <exception cref="HoneException">A file or plug-in can't be used, or two names are the same (exit code 2).</exception>
    public static Registry Load(IReadOnlyList<string> files, IReadOnlyList<string> plugins, Registry? more = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(plugins);
        var registry = new Registry();
        if (more is not null)
        {
            foreach (var template in more.templates) registry.Add(template);
            foreach (var dataset in more.datasets.Values) registry.Add(dataset);
            foreach (var model in more.models.Values) registry.Add(model);
        }

        foreach (var file in files) RegistrationFile.Read(file, registry);
        foreach (var plugin in plugins) PluginAssembly.Load(plugin, registry);
        return registry;
    }

    /// <summary>The data set of that name, or null.</summary>
    public RegisteredDataset? FindDataset(string name) => datasets.GetValueOrDefault(name);

    /// <summary>The model of that name, or null.</summary>
    public RegisteredModel? FindModel(string name) => models.GetValueOrDefault(name);

    /// <inheritdoc/>
    public void Add(NamedTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        _ = ChatTemplate.Parse(template.Source, template.Name);
        foreach (var name in template.Aliases.Prepend(template.Name))
        {
            RequireName(name, "template");
            if (Templates.Find(name) is { } taken) throw Taken("template", name, $"it is {taken.About}");
        }

        templates.Add(template);
        Templates = new TemplateCatalog(templates);
    }

    /// <inheritdoc/>
    public void Add(RegisteredDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        RequireName(dataset.Name, "data set");
        if (dataset.Files.Count == 0 == dataset.Rows is null)
            throw new HoneException(ExitCode.Usage, $"The data set '{dataset.Name}' must have files, or code that makes its rows.", null, "Give it one of the two.");
        if (!datasets.TryAdd(dataset.Name, dataset)) throw Taken("data set", dataset.Name, null);
    }

    /// <inheritdoc/>
    public void Add(RegisteredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        RequireName(model.Name, "model");
        if (!models.TryAdd(model.Name, model)) throw Taken("model", model.Name, null);
    }

    private static void RequireName([NotNull] string? name, string kind)
    {
        if (!string.IsNullOrWhiteSpace(name) && !name.AsSpan().ContainsAny(s_separators)) return;
        throw new HoneException(ExitCode.Usage, $"'{name}' is no name for a {kind}.", null, "Use letters, digits, - and _.");
    }

    private static HoneException Taken(string kind, string name, string? what) =>
        new(ExitCode.Usage, $"The name '{name}' is taken by another {kind}{(what is null ? "" : ": " + what)}.", null, "Choose another name.");
}
