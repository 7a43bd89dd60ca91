using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Hone.Data.Readers;
using Hone.Data.Registration;
using Hone.Data.Schemas;

namespace Hone.Data.Sources;

/// <summary>Files whose rows are one entry of <c>dataset</c>.</summary>
/// <param name="Name">The entry as messages name it.</param>
/// <param name="Files">Its files and folders, in this order.</param>
/// <param name="Count">Rows to take: fewer are drawn, more are repeated; null takes each once.</param>
public sealed record RowSource(string Name, IReadOnlyList<string> Files, int? Count = null)
{
    /// <summary>The first rows of these, at most so many; null takes all.</summary>
    public int? Most { get; init; }

    /// <summary>The entry of <c>dataset</c> that gives the same rows again, though the data set on the hub changes; null where that is the entry itself.</summary>
    public string? Pinned { get; init; }

    /// <summary>What a description says of the rows' columns; null looks for one beside each file.</summary>
    public RowMapping? Mapping { get; init; }

    /// <summary>Code that makes the rows where no file holds them, anew each time; null reads the files.</summary>
    [JsonIgnore]
    public Func<IEnumerable<JsonObject>>? Made { get; init; }

    /// <summary>Code that turns each row into one of a known form; null uses rows as they are.</summary>
    [JsonIgnore]
    public Func<JsonObject, JsonObject>? Converted { get; init; }

    /// <summary>Whether code of a plug-in has a hand in the rows: nothing tells whether they are still the same.</summary>
    internal bool IsFromCode => Made is not null || Converted is not null;

    /// <summary>What a person should know about where the rows come from; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Says what the rows of its files use, where a description said so.</summary>
    internal void Describe(DatasetInfo info)
    {
        if (Made is not null) info.Set(Name, Mapping ?? RowMapping.None);
        if (Mapping is null) return;
        foreach (var file in Files.SelectMany(DataFolder.FilesOf)) info.Set(file, Mapping);
    }

    /// <summary>The rows, read as they are asked for.</summary>
    /// <param name="options">Whether rows are drawn at random, and with which seed.</param>
    /// <exception cref="HoneException">A file can't be opened or is damaged, or a folder holds no data (exit code 3).</exception>
    public IEnumerable<JsonRow> Read(DatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var rows = Made is null ? Files.SelectMany(DataFiles.Read) : PluginRows.Made(Name, Made);
        if (Converted is { } convert) rows = rows.Select(row => PluginRows.Converted(row, convert));
        if (Count is { } wanted) rows = options.SampleAtRandom ? RowSample.Draw(rows, wanted, options.Seed, Path.GetFileName(Name)) : RowSample.First(rows, wanted);
        return Most is { } most ? rows.Take(most) : rows;
    }
}
