using Hone.Data.Schemas;

namespace Hone.Data.Sources;

/// <summary>
/// Data sets that can be given by name: those of the description that the user names, else of <c>dataset_info.json</c> in the current
/// folder or in <c>data</c>, where LLaMA-Factory keeps it.
/// </summary>
internal sealed class DatasetRegistry
{
    private readonly List<DatasetInfoEntry> entries = [];

    /// <param name="named">The description that the user names, or null.</param>
    /// <exception cref="HoneException">A description can't be read (exit code 3).</exception>
    public DatasetRegistry(string? named)
    {
        string[] files = named is not null ? [named] : [DatasetInfo.FileName, Path.Combine("data", DatasetInfo.FileName)];
        foreach (var file in files.Where(File.Exists)) entries.AddRange(DatasetInfoEntry.ReadAll(file));
    }

    /// <summary>Names of all data sets, for suggestions.</summary>
    public IEnumerable<string> Names => entries.Select(e => e.Name);

    /// <summary>The entry of this name, or, as ms-swift has it, of this id on a hub; null when there is none.</summary>
    /// <param name="name">The name or id.</param>
    /// <param name="site">The hub that was asked for: then only an entry of this id there is meant, never a file or folder.</param>
    public DatasetInfoEntry? Find(string name, HubSite? site) => site switch
    {
        HubSite.HuggingFace => entries.Find(e => e.LocalPath is null && e.HuggingFaceId == name),
        HubSite.ModelScope => entries.Find(e => e.LocalPath is null && e.ModelScopeId == name),
        _ => entries.Find(e => e.Name == name) ?? entries.Find(e => e.HuggingFaceId == name || e.ModelScopeId == name),
    };
}
