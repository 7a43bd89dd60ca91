namespace Hone.Settings;

/// <summary>Finds the input that a setting names.</summary>
internal static class InputPaths
{
    /// <summary>What ends like this is meant as a file.</summary>
    private static readonly HashSet<string> s_dataExtensions =
        [".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".parquet", ".arrow", ".mindrecord", ".gz", ".zst"];

    /// <summary>
    /// The path to use. A relative one from a configuration file is tried from the current folder first, since that is
    /// where commands are typed, then from the file's own folder, so that a configuration travels with its data.
    /// </summary>
    /// <exception cref="HoneException">It is in neither place; the message names both.</exception>
    public static string Resolve(SettingInfo setting, string text, RawSetting raw)
    {
        if (setting.NotPaths.Contains(text)) return text;
        if (setting.Path == PathUse.FileOrName && IsName(text)) return text;
        if (text.Length == 0) throw new HoneException(ExitCode.Usage, $"{setting.Name} is an empty path", raw.Origin, "name a file or folder, or leave the setting out");
        var readings = setting.Path == PathUse.Data ? DatasetReference.Readings(text) : [new DatasetReference(text, null)];
        var plain = readings[^1];
        if (plain.Rows == 0) throw new HoneException(ExitCode.Usage, $"{setting.Name} takes 0 rows of {plain.Path}", raw.Origin, "write a number above 0 after #");
        foreach (var reading in readings.Where(r => r.Site is null))
        {
            if (Candidates(reading.Path, raw.Folder).Find(c => File.Exists(c) || Directory.Exists(c)) is { } found)
                return (reading with { Path = found }).ToString();
        }

        if (setting.Path == PathUse.Data && CouldBeName(plain)) return text;
        if (raw.MayBeRegistered && setting.Path == PathUse.Model && IsName(text)) return text;
        if (setting.Path == PathUse.Model && HubId.Parse(text) is not null) return text;
        if (plain.Site is not null)
            throw new HoneException(setting.MissingPath, $"{setting.Name}: '{plain.Path}' is no name of a data set on a hub", raw.Origin, "write hf::org/name or ms::org/name, then :subset and #rows if need be");
        var path = readings.FindLast(r => r.Subset is null)!.Path;
        throw Missing(setting, path, raw, Candidates(path, raw.Folder));
    }

    /// <summary>An ending that begins with a digit belongs to a name: <c>llama3.1</c>.</summary>
    private static bool IsName(string text) =>
        text.Length > 0 && !text.ContainsAny(['/', '\\']) && Path.GetExtension(text.AsSpan()) is not ['.', >= 'A' and <= 'z', ..];

    /// <summary>LLaMA-Factory's list of names in one text, <c>identity,alpaca_en</c>; a file whose name has a comma is itself.</summary>
    public static string[] Entries(string text, string? folder) =>
        DatasetReference.Readings(text).Exists(r => Candidates(r.Path, folder).Exists(c => File.Exists(c) || Directory.Exists(c)))
            ? [text] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 1 } entries ? entries : [text];

    /// <summary>The places to try, in order.</summary>
    public static List<string> Candidates(string path, string? folder)
    {
        if (path.StartsWith("~/", StringComparison.Ordinal))
            path = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..]);
        var candidates = new List<string> { path };
        if (folder is not null && !Path.IsPathRooted(path) && Path.Combine(folder, path) is var beside && Path.GetFullPath(beside) != Path.GetFullPath(path))
            candidates.Add(beside);
        return candidates;
    }

    /// <summary>Whether what is no file may be registered, or published on a hub: that comes to light when data is read.</summary>
    private static bool CouldBeName(DatasetReference entry) => entry.Site is { } site
        ? (HubId.Parse(entry.Path) ?? HubId.Parse("hf::" + entry.Path)) is { } id && (site == HubSite.HuggingFace || id.Name.Contains('/'))
        : HubId.Parse("hf::" + entry.Path) is not null && !s_dataExtensions.Contains(Path.GetExtension(entry.Path).ToLowerInvariant());

    private static HoneException Missing(SettingInfo setting, string path, RawSetting raw, List<string> candidates) =>
        new(setting.MissingPath, $"{setting.Name}: there is no file or folder '{path}'", raw.Origin,
            $"looked for {string.Join(" and ", candidates.Select(Path.GetFullPath))}" + (setting.Path == PathUse.Model ? "; an id on a hub is written org/name" : ""));
}
