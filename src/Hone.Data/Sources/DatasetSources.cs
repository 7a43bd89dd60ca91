using Hone.Data.Registration;
using Hone.Data.Schemas;
using Hone.Hub;

namespace Hone.Data.Sources;

/// <summary>
/// Finds the rows that entries of <c>dataset</c> name: files and folders, names that <c>dataset_info.json</c> registers, the self-cognition
/// rows that come with Hone, and data sets on hubs, whose files are fetched.
/// </summary>
/// <param name="datasetInfo">The description that the user names; null takes those in the usual places.</param>
/// <param name="hub">The way to hubs; null goes by the variables of this process.</param>
/// <param name="cancellation">Stops fetching.</param>
public sealed class DatasetSources(string? datasetInfo = null, HubAccess? hub = null, Registry? registered = null, CancellationToken cancellation = default)
{
    private const string Card = "README.md";

    private readonly Lazy<DatasetRegistry> registry = new(() => new DatasetRegistry(datasetInfo));
    private readonly Lazy<HubAccess> hub = new(() => hub ?? new HubAccess(HubOptions.FromEnvironment()));

    /// <summary>Finds every entry.</summary>
    /// <param name="entries">As the setting <c>dataset</c> has them; see <see cref="DatasetReference.Parse"/>.</param>
    /// <exception cref="HoneException">
    /// An entry names nothing that is known, a description is wrong, or files can't be fetched (exit code 3).
    /// </exception>
    public RowSources Open(IReadOnlyList<string> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return new RowSources([.. entries.Select(e => Open(DatasetReference.Parse(e)))]);
    }

    private RowSource Open(DatasetReference entry)
    {
        var isLocal = File.Exists(entry.Path) || Directory.Exists(entry.Path);
        if (entry.Site is null && isLocal) return Local(entry.Path, entry.Path, entry.Rows, entry.Subset, entry.Split is null ? [] : [entry.Split]);
        if (entry.Site is null && registered?.FindDataset(entry.Path) is { } own) return Registered(own, entry);
        if (registry.Value.Find(entry.Path, entry.Site) is { } described) return Open(described, entry);
        if (entry.Site is null && BundledRows.Find(entry.Path) is { } bundled) return bundled with { Count = entry.Rows };
        var id = HubId.Parse((entry with { Rows = null, Subset = null, Split = null }).ToString()) ?? throw Unknown(entry);
        return OnHub(id.Name, id, entry, entry.Subset, entry.Split is null ? [] : [entry.Split]);
    }

    private static RowSource Registered(RegisteredDataset own, DatasetReference entry) => new(own.Name, own.Files, entry.Rows ?? own.Sample)
    {
        Made = own.Rows,
        Converted = own.Convert,
        Mapping = own.Mapping == RowMapping.None ? null : own.Mapping,
    };

    private RowSource Open(DatasetInfoEntry registered, DatasetReference entry) => DatasetInfoEntry.Guarded(registered.File, () =>
    {
        var count = entry.Rows ?? registered.Number("num_samples");
        var subset = entry.Subset ?? (registered.Texts("subset").Concat(registered.Texts("subsets")).ToList() is { Count: > 0 } names ? string.Join('/', names) : null);
        List<string> splits = entry.Split is null ? registered.Texts("split") : [entry.Split];
        var mapping = registered.ToMapping();
        if (IdOf(registered, entry.Site) is { } id) return OnHub(entry.Path, id, entry with { Rows = count }, subset, splits) with { Mapping = mapping, Pinned = null };
        var path = registered.LocalPath ?? throw Unknown(entry);
        if (registered.Text("folder") is { } folder) path = Path.Combine(path, folder);
        if (!File.Exists(path) && !Directory.Exists(path)) throw new RowFormatException($"'{registered.Name}' names '{path}', which does not exist");

        // A file has no subset; LLaMA-Factory's descriptions give it a split all the same.
        var isFile = !Directory.Exists(path);
        return Local(entry.Path, path, count, isFile ? entry.Subset : subset, isFile ? [] : splits) with { Mapping = mapping };
    });

    /// <summary>The id of a registered data set: on the hub that is asked for, else on the usual one, else on the one where it is.</summary>
    private HubId? IdOf(DatasetInfoEntry registered, HubSite? site)
    {
        var (huggingFace, modelScope) = (registered.HuggingFaceId, registered.ModelScopeId);
        if (registered.LocalPath is not null || (huggingFace ?? modelScope) is null) return null;
        site ??= huggingFace is null || (modelScope is not null && hub.Value.Options.DefaultSite == HubSite.ModelScope) ? HubSite.ModelScope : HubSite.HuggingFace;
        var (text, revision) = site == HubSite.HuggingFace ? ("hf::" + huggingFace, registered.Text("hf_revision")) : ("ms::" + modelScope, registered.Text("ms_revision"));
        return HubId.Parse(revision is null ? text : $"{text}@{revision}") ?? throw new RowFormatException($"'{registered.Name}' names '{text}', which is no id of a data set");
    }

    private static RowSource Local(string name, string path, int? count, string? subset, List<string> splits)
    {
        if (subset is null && splits.Count == 0) return new RowSource(name, [path], count);
        if (!Directory.Exists(path)) throw new HoneException(ExitCode.Data, $"A file has no subsets, and '{subset}' of it is asked for.", path, "Leave out what stands behind the colon.");
        var files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(path, f).Replace('\\', '/')).Order(StringComparer.Ordinal).ToList();
        var card = files.Contains(Card) ? DatasetCard.Read(Path.Combine(path, Card)) : [];
        return new RowSource(subset is null ? name : $"{name}:{subset}", [.. Choose(name, path, files, card, subset, splits).Select(f => Path.Combine(path, f))], count);
    }

    /// <param name="name">What the rows are called: their draw goes by it, so it holds no revision.</param>
    private RowSource OnHub(string name, HubId id, DatasetReference entry, string? subset, List<string> splits)
    {
        var repository = hub.Value.Open(id, RepositoryKind.Dataset, cancellation);
        IReadOnlyList<CardSubset> card = [];
        if (repository.Files.Contains(Card))
        {
            DatasetCard.RequireLength(repository.SizeOf(Card) ?? 0, $"{id.Name}, {Card}");
            repository.FetchPart([Card], cancellation);
            card = DatasetCard.Read(Path.Combine(repository.Folder, Card));
        }

        var files = Choose(id.Name, repository.Folder, repository.Files, card, subset, splits);
        repository.Fetch(files, cancellation);
        return new RowSource(name, [.. files.Select(f => Path.Combine(repository.Folder, f))], entry.Rows)
        {
            Note = repository.Origin,
            Pinned = (entry with { Path = (repository.Pinned with { Site = null }).ToString(), Site = repository.Id.Site, Subset = subset, Split = splits.Count == 1 ? splits[0] : null }).ToString(),
        };
    }

    private static IReadOnlyList<string> Choose(string name, string where, IReadOnlyList<string> files, IReadOnlyList<CardSubset> card, string? subset, List<string> splits)
    {
        try
        {
            return splits.Count == 0 ? DatasetLayout.Choose(files, card, subset, null)
                : [.. splits.SelectMany(split => DatasetLayout.Choose(files, card, subset, split)).Distinct()];
        }
        catch (InvalidDataException e)
        {
            throw new HoneException(ExitCode.Data, $"The data set {name} can't be used: {e.Message}.", where, $"Write {name}:subset or {name}:subset:split, or give the path of a file.", e);
        }
    }

    private HoneException Unknown(DatasetReference entry) => new(ExitCode.Data, $"There is no file, folder or registered data set '{entry.Path}', and it is no id of one on a hub.", null,
        Suggestion.Nearest(entry.Path, registry.Value.Names.Concat(registered?.Datasets ?? [])) is { } near ? $"Did you mean {near}?" : "Check the path, describe the data set in dataset_info.json, or give an id like org/name.");
}
