using Hone.Data.Schemas;

namespace Hone.Data.Sources;

/// <summary>
/// Finds the rows that entries of <c>dataset</c> name: files and folders, names that <c>dataset_info.json</c> registers, and the
/// self-cognition rows that come with Hone.
/// </summary>
/// <param name="datasetInfo">The description that the user names; null takes those in the usual places.</param>
public sealed class DatasetSources(string? datasetInfo = null)
{
    private readonly Lazy<DatasetRegistry> registry = new(() => new DatasetRegistry(datasetInfo));

    /// <summary>Finds every entry.</summary>
    /// <param name="entries">As the setting <c>dataset</c> has them; see <see cref="DatasetReference.Parse"/>.</param>
    /// <exception cref="HoneException">An entry names nothing that is known, or a description is wrong (exit code 3).</exception>
    public RowSources Open(IReadOnlyList<string> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return new RowSources([.. entries.Select(e => Open(DatasetReference.Parse(e)))]);
    }

    private RowSource Open(DatasetReference entry)
    {
        var isLocal = File.Exists(entry.Path) || Directory.Exists(entry.Path);
        if (entry.Site is null && isLocal) return new RowSource(entry.Path, [entry.Path], entry.Rows);
        if (registry.Value.Find(entry.Path) is { } registered) return Open(registered, entry);
        if (entry.Site is null && BundledRows.Find(entry.Path) is { } bundled) return bundled with { Count = entry.Rows };
        throw Unknown(entry);
    }

    private static RowSource Open(DatasetInfoEntry registered, DatasetReference entry)
    {
        var path = registered.LocalPath ?? throw Unknown(entry);
        if (registered.Text("folder") is { } folder) path = Path.Combine(path, folder);
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new HoneException(ExitCode.Data, $"The data set '{registered.Name}' names a file that does not exist: {path}.", registered.File, "Mend the path, which starts from the description's own folder.");
        return new RowSource(entry.Path, [path], entry.Rows ?? registered.Number("num_samples"))
        {
            Mapping = DatasetInfoEntry.Guarded(registered.File, registered.ToMapping),
        };
    }

    private static HoneException Unknown(DatasetReference entry) => new(ExitCode.Data, $"There is no file, folder or registered data set '{entry.Path}'.", null,
        "Check the path, or describe the data set in dataset_info.json.");
}
