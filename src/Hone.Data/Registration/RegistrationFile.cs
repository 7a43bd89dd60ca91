using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Data.Schemas;
using Hone.Text.Templates;

namespace Hone.Data.Registration;

/// <summary>
/// Registers what a YAML or JSON file describes: <c>templates</c>, <c>datasets</c> and <c>models</c>, each a list of entries with a
/// <c>name</c>. Nothing in such a file is run. Relative paths start from the current folder, or from the file's own.
/// </summary>
public static class RegistrationFile
{
    private static readonly string[] s_lists = ["templates", "datasets", "models"];
    private static readonly string[] s_templateKeys = ["name", "aliases", "about", "jinja", "file"];
    private static readonly string[] s_datasetKeys = ["name", "paths", "columns", "tags", "sample"];
    private static readonly string[] s_modelKeys = ["name", "model", "template", "target_modules"];

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="registry">Takes what it describes.</param>
    /// <exception cref="HoneException">The file or an entry can't be used (exit code 2, or 4 for a template that is none).</exception>
    public static void Read(string file, IRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(registry);
        if (Path.GetExtension(file).ToLowerInvariant() is not (".yaml" or ".yml" or ".json"))
        {
            throw new HoneException(ExitCode.Usage, "What registers by name is a YAML or JSON file.", file,
                "Assemblies (.dll) are given with --external_plugins; Python files can't be used: see docs/registration.md.");
        }

        var root = YamlTree.Read(file);
        RequireKeys(root, s_lists, file, "the file");
        foreach (var entry in Entries(root, "templates", file)) Guarded(entry, () => registry.Add(Template(entry)));
        foreach (var entry in Entries(root, "datasets", file)) Guarded(entry, () => registry.Add(Dataset(entry)));
        foreach (var entry in Entries(root, "models", file)) Guarded(entry, () => registry.Add(Model(entry)));
    }

    private readonly record struct Entry(string Name, JsonObject Fields, string File)
    {
        public string? Text(string key) => Fields[key] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => (string)value!,
            _ => throw Wrong($"'{key}' must be a text"),
        };

        /// <summary>A text, or a list of texts.</summary>
        public IReadOnlyList<string> Texts(string key)
        {
            if (Fields[key] is not JsonArray list) return Text(key) is { } one ? [one] : [];
            var texts = list.Select(v => v is JsonValue value && value.GetValueKind() == JsonValueKind.String ? (string)value! : null).ToList();
            return texts.Contains(null) ? throw Wrong($"'{key}' must hold texts") : texts.OfType<string>().ToList();
        }

        public string Path(string path)
        {
            var beside = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(File))!, path);
            return System.IO.Path.Exists(path) ? path : System.IO.Path.Exists(beside) ? beside : throw Wrong($"there is no file or folder '{path}'");
        }

        public HoneException Wrong(string what) => new(ExitCode.Usage, $"'{Name}' can't be registered: {what}.", File, "docs/registration.md describes the file.");
    }

    private static NamedTemplate Template(Entry entry)
    {
        var (jinja, file) = (entry.Text("jinja"), entry.Text("file"));
        var aliases = entry.Texts("aliases");
        var about = entry.Text("about") ?? "registered in " + Path.GetFileName(entry.File);
        if (jinja is null && file is null)
        {
            var fields = new JsonObject(entry.Fields.Where(f => f.Key is not ("name" or "aliases" or "about")).Select(f => KeyValuePair.Create(f.Key, f.Value?.DeepClone())));
            return NamedTemplates.FromFields(entry.Name, aliases, about, fields);
        }

        RequireKeys(entry.Fields, s_templateKeys, entry.File, $"'{entry.Name}'");
        if (jinja is not null && file is not null) throw entry.Wrong("jinja and file are both given");
        return new NamedTemplate(entry.Name, aliases, about, jinja ?? ChatTemplate.FromFile(entry.Path(file!), null).Source);
    }

    private static RegisteredDataset Dataset(Entry entry)
    {
        RequireKeys(entry.Fields, s_datasetKeys, entry.File, $"'{entry.Name}'");
        var paths = entry.Texts("paths");
        if (paths.Count == 0) throw entry.Wrong("it names no paths");
        var sample = entry.Fields["sample"];
        if (sample is not null && !(sample is JsonValue value && value.TryGetValue(out long rows) && rows is > 0 and <= int.MaxValue))
            throw entry.Wrong("'sample' must be a number of rows");
        return new RegisteredDataset(entry.Name)
        {
            Files = [.. paths.Select(entry.Path)],
            Mapping = RowMapping.Parse(entry.Name, Pairs(entry, "columns"), Pairs(entry, "tags")),
            Sample = (int?)(long?)sample,
        };
    }

    private static RegisteredModel Model(Entry entry)
    {
        RequireKeys(entry.Fields, s_modelKeys, entry.File, $"'{entry.Name}'");
        var model = entry.Text("model") ?? throw entry.Wrong("it names no model");
        var template = entry.Text("template");
        return new RegisteredModel(entry.Name, HubId.Parse(model) is not null && !Path.Exists(model) ? model : entry.Path(model))
        {
            Template = template is not null && template.Contains('.', StringComparison.Ordinal) && Path.GetExtension(template) is ".jinja" ? entry.Path(template) : template,
            TargetModules = entry.Texts("target_modules"),
        };
    }

    private static Dictionary<string, string> Pairs(Entry entry, string key)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (entry.Fields[key] is not { } node) return pairs;
        if (node is not JsonObject fields) throw entry.Wrong($"'{key}' must hold 'name: value' lines");
        foreach (var (name, value) in fields)
            pairs[name] = value is JsonValue text && text.GetValueKind() == JsonValueKind.String ? (string)text! : throw entry.Wrong($"'{name}' in '{key}' must be a text");
        return pairs;
    }

    private static IEnumerable<Entry> Entries(JsonObject root, string list, string file)
    {
        if (root[list] is not { } node) yield break;
        if (node is not JsonArray entries) throw new HoneException(ExitCode.Usage, $"'{list}' must be a list.", file, "Write '- name: …' for each entry.");
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i] is JsonObject fields && fields["name"] is JsonValue name && name.GetValueKind() == JsonValueKind.String) yield return new Entry((string)name!, fields, file);
            else throw new HoneException(ExitCode.Usage, $"Entry {i + 1} of '{list}' has no name.", file, "Write '- name: …' for each entry.");
        }
    }

    private static void RequireKeys(JsonObject fields, string[] known, string file, string where)
    {
        if (fields.Select(f => f.Key).FirstOrDefault(k => !known.Contains(k)) is not { } key) return;
        throw new HoneException(ExitCode.Usage, $"{where} has '{key}', which is not known there.", file,
            Suggestion.Nearest(key, known) is { } near ? $"Did you mean {near}?" : "Known are " + string.Join(", ", known) + ".");
    }

    private static void Guarded(Entry entry, Action register)
    {
        try
        {
            register();
        }
        catch (HoneException e) when (e.Where != entry.File)
        {
            throw new HoneException(e.ExitCode, $"'{entry.Name}' can't be registered: {e.Message}", e.Where is null ? entry.File : $"{entry.File}: {e.Where}", e.Fix, e);
        }
        catch (RowFormatException e)
        {
            throw entry.Wrong(e.Message);
        }
    }
}
