using System.Text.Json;

namespace Hone.Hub;

/// <summary>Which files of a model are needed.</summary>
public enum ModelParts
{
    /// <summary>Configuration, tokenizer and chat template.</summary>
    Description,

    /// <summary>The description and the weights.</summary>
    Whole,

    /// <summary>A PEFT adapter, and the chat template that it was trained with.</summary>
    Adapter,
}

/// <summary>Finds the folder of a model: on this machine, or on a hub, from which what is needed is fetched.</summary>
public static class ModelFolders
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";
    private const int MaxIndexBytes = 64 << 20;

    /// <summary>What tokenizers and templates may need; a model has some of them.</summary>
    private static readonly HashSet<string> Descriptions =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "merges.txt", "vocab.txt", "tokenizer.model", "chat_template.jinja", "chat_template.json",
    ];

    /// <summary>Finds the folder.</summary>
    /// <param name="model">A folder or file that exists, which wins, or an id.</param>
    /// <param name="parts">What is needed of it.</param>
    /// <param name="revision">Branch, tag or commit for an id that names none; null for the main branch.</param>
    /// <param name="hub">The way to hubs.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="HoneException">There is no such folder, and the id names nothing that can be fetched (exit code 4).</exception>
    public static string Find(string model, ModelParts parts, string? revision, HubAccess hub, CancellationToken cancellation = default)
    {
        if (parts == ModelParts.Whole)
        {
            var whole = Describe(model, revision, hub, cancellation);
            whole.FetchWeights(cancellation);
            return whole.Folder;
        }

        if (Open(model, revision, hub, cancellation) is not { } repository) return model;
        if (parts == ModelParts.Adapter) repository.Fetch(Wanted(repository, parts), cancellation);
        else repository.FetchDescription(Wanted(repository, parts), cancellation);
        repository.DropLeftovers(file => IsRead(file, parts, repository));
        return repository.Folder;
    }

    /// <summary>Finds the folder of a model, fetches what describes it, and leaves the weights for later: they may be many gigabytes.</summary>
    /// <inheritdoc cref="Find"/>
    public static DescribedModel Describe(string model, string? revision, HubAccess hub, CancellationToken cancellation = default)
    {
        if (Open(model, revision, hub, cancellation) is not { } repository) return new DescribedModel(model);
        var description = Wanted(repository, ModelParts.Description);
        RequireWeights(repository);
        repository.FetchPart(description, cancellation);
        repository.DropLeftovers(file => IsRead(file, ModelParts.Whole, repository));
        return new DescribedModel(repository.Folder, stop => repository.Fetch(Weights(repository, stop), stop));
    }

    /// <summary>The name of a model without its folder, organisation and revision: what a run is called after.</summary>
    public static string NameOf(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var name = !Directory.Exists(model) && HubId.Parse(model) is { } id ? id.Name : Path.TrimEndingDirectorySeparator(Path.GetFullPath(model));
        return Path.GetFileName(name);
    }

    /// <summary>The commit of a model that was found by its id; null for a folder, and where the hub does not tell it.</summary>
    /// <param name="model">The folder or id.</param>
    /// <param name="folder">What <see cref="Find"/> gave.</param>
    public static string? CommitOf(string model, string folder) =>
        !Directory.Exists(model) && Path.GetFileName(folder) is var commit && HubFile.IsHash(commit, 20) ? commit : null;

    /// <summary>
    /// What an adapter says it belongs to: the folder, or the id without hub and revision, as PEFT has it. A folder that could be read as an
    /// id is written so that it can't be: without the folder, nobody shall fetch a stranger's model of that name.
    /// </summary>
    public static string BaseOf(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (HubId.Parse(model) is not { } id) return model;
        return Directory.Exists(model) ? "./" + model : id.Name;
    }

    /// <summary>The revision of a model on a hub that is asked for; null for the main branch, and for a folder.</summary>
    /// <param name="model">The folder or id.</param>
    /// <param name="revision">Of an id that names none.</param>
    public static string? RevisionOf(string model, string? revision) => Path.Exists(model) ? null : HubId.Parse(model)?.Revision ?? revision;

    /// <summary>What names the same model by itself, whatever the settings beside it: an id with its revision, and with ModelScope where it is there.</summary>
    /// <param name="model">The folder or id.</param>
    /// <param name="revision">Of an id that names none.</param>
    /// <param name="useHf">Whether an id without a prefix is one of Hugging Face, else of ModelScope.</param>
    public static string InFull(string model, string? revision, bool useHf) => Path.Exists(model) || HubId.Parse(model) is not { } id ? model
        : (id with { Revision = id.Revision ?? revision, Site = id.Site ?? (useHf ? null : HubSite.ModelScope) }).ToString();

    /// <summary>What the hub or its cache holds of a model; null for a folder.</summary>
    private static HubRepository? Open(string model, string? revision, HubAccess hub, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(hub);
        if (Directory.Exists(model) || File.Exists(model)) return null;
        if (HubId.Parse(model) is not { } id)
            throw new HoneException(ExitCode.Model, $"There is no folder '{model}', and it is no id of a model on a hub.", null, "Give the path of a model's folder, or an id like Qwen/Qwen2.5-0.5B-Instruct.");
        if (revision is not null && !HubId.IsRevision(revision)) throw new HoneException(ExitCode.Usage, $"'{revision}' is no name of a revision", null, "give a branch, a tag or a commit");
        return hub.Open(id with { Revision = id.Revision ?? revision }, RepositoryKind.Model, cancellation);
    }

    private static List<string> Wanted(HubRepository repository, ModelParts parts)
    {
        var files = repository.Files.Where(f => IsWanted(f, parts)).ToList();
        var (what, needed) = parts == ModelParts.Adapter ? ("adapter", "adapter_config.json") : ("model", "config.json");
        return (parts == ModelParts.Adapter ? files.Contains(needed) : files.Count > 0) ? files
            : throw new HoneException(ExitCode.Model, $"{repository.Id.Name} holds no {what} that can be used: it has no {needed}.", repository.Folder, "Name another model.");
    }

    private static bool IsWanted(string file, ModelParts parts) => parts == ModelParts.Adapter
        ? file is "adapter_config.json" or "adapter_model.safetensors" or "chat_template.jinja" or "tokenizer_config.json"
        : Descriptions.Contains(file) || file.EndsWith(".tiktoken", StringComparison.Ordinal);

    /// <summary>Whether a file that lies in the folder would be read; of weights in one file and an index of several the former are.</summary>
    private static bool IsRead(string file, ModelParts parts, HubRepository repository) => IsWanted(file, parts)
        || (parts != ModelParts.Adapter && (file == SingleFile || (file == IndexFile && !repository.Files.Contains(SingleFile))));

    private static void RequireWeights(HubRepository repository)
    {
        if (repository.Files.Contains(SingleFile) || repository.Files.Contains(IndexFile)) return;
        var weights = repository.Files.Where(f => Path.GetExtension(f) is ".bin" or ".pth" or ".pt" or ".gguf" or ".safetensors").Take(3).ToList();
        throw new HoneException(ExitCode.Model, $"{repository.Id.Name} has no {SingleFile}" + (weights.Count == 0 ? " and no other weights." : $", only {string.Join(", ", weights)}."), repository.Folder,
            "Only safetensors weights can be read: name a repository that has them.");
    }

    private static List<string> Weights(HubRepository repository, CancellationToken cancellation)
    {
        if (repository.Files.Contains(SingleFile)) return [SingleFile];
        repository.FetchPart([IndexFile], cancellation);
        var shards = Shards(Path.Combine(repository.Folder, IndexFile));
        return shards.Find(s => !repository.Files.Contains(s)) is { } missing
            ? throw new HoneException(ExitCode.Model, $"The weights of {repository.Id.Name} are not complete: its index names '{missing}', which is not there.", repository.Folder, "Fetch it anew, or name another revision.")
            : [IndexFile, .. shards];
    }

    private static List<string> Shards(string index)
    {
        try
        {
            if (FileLength.Of(index) > MaxIndexBytes) throw new JsonException("it is too long");
            using var json = JsonDocument.Parse(File.ReadAllBytes(index));
            return [.. json.RootElement.GetProperty("weight_map").EnumerateObject().Select(p => p.Value.GetString()!).Distinct()];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new HoneException(ExitCode.Model, $"The index of the weights can't be read: {e.Message}", index, "Name another revision of the model.", e);
        }
    }
}
