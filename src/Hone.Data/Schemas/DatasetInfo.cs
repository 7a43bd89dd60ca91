using System.Collections.Concurrent;

namespace Hone.Data.Schemas;

/// <summary>
/// What <c>dataset_info.json</c> says about the columns of a file: LLaMA-Factory's (an object of named entries with
/// <c>file_name</c>, <c>columns</c> and <c>tags</c>) or ms-swift's (a list of entries with <c>dataset_path</c> and <c>columns</c>).
/// The file that lies beside the data, or beside its folder, is read, or the one that the user names. <c>--columns</c> goes first.
/// </summary>
internal sealed class DatasetInfo(IReadOnlyDictionary<string, string> columns, string? named)
{
    /// <summary>What such a description is called.</summary>
    public const string FileName = "dataset_info.json";

    private readonly ConcurrentDictionary<string, RowMapping> mappings = new(StringComparer.Ordinal);

    /// <summary>The names that rows of a data file use.</summary>
    /// <param name="dataFile">The file.</param>
    /// <exception cref="HoneException">The description can't be read or contradicts itself (exit code 3).</exception>
    public RowMapping Of(string dataFile) => mappings.GetOrAdd(dataFile, Read);

    /// <summary>Says what the rows of a file use, when that is known already.</summary>
    public void Set(string dataFile, RowMapping mapping) => mappings[dataFile] = WithColumns(mapping);

    /// <summary>The descriptions that count for a data file, whether they name it or not.</summary>
    public IEnumerable<string> FilesFor(string dataFile) => Files(Path.GetFullPath(dataFile));

    private RowMapping Read(string dataFile)
    {
        var path = Path.GetFullPath(dataFile);
        return WithColumns(Files(path).Select(f => Find(f, path)).FirstOrDefault(m => m is not null) ?? RowMapping.None);
    }

    private RowMapping WithColumns(RowMapping mapping)
    {
        if (columns.Count == 0) return mapping;
        var all = mapping.Columns.Where(c => !columns.Values.Contains(c.Value)).ToDictionary(StringComparer.Ordinal);
        foreach (var (theirs, ours) in columns) all[theirs] = ours;
        return mapping with { Columns = all };
    }

    /// <summary>The descriptions to look into: an entry may name the folder that the file lies in, so that one stands beside the folder.</summary>
    private IEnumerable<string> Files(string dataPath)
    {
        if (named is not null) return [named];
        var folder = Path.GetDirectoryName(dataPath);
        string?[] folders = [folder, Path.GetDirectoryName(folder)];
        return folders.OfType<string>().Select(f => Path.Combine(f, FileName)).Where(File.Exists);
    }

    private static RowMapping? Find(string file, string dataPath)
    {
        var entries = DatasetInfoEntry.ReadAll(file);
        return DatasetInfoEntry.Guarded(file, () =>
        {
            entries = entries.FindAll(e => e.Describes(dataPath));
            if (entries.Count == 0) return null;
            var mapping = entries.ConvertAll(e => e.ToMapping())[0];
            if (entries.Exists(e => !e.DescribesRowsAs(entries[0])))
                throw new RowFormatException($"{string.Join(" and ", entries.Select(e => $"'{e.Name}'"))} describe the same file differently; keep one of them");
            return mapping;
        });
    }
}
