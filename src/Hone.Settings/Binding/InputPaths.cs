namespace Hone.Settings;

/// <summary>Finds the input that a setting names.</summary>
internal static class InputPaths
{
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
        var reference = setting.Path == PathUse.Data ? DatasetReference.Parse(text) : new DatasetReference(text, null);
        if (reference.Rows == 0) throw new HoneException(ExitCode.Usage, $"{setting.Name} takes 0 rows of {reference.Path}", raw.Origin, "write a number above 0 after #");
        var candidates = Candidates(reference.Path, raw.Folder);
        var found = candidates.FirstOrDefault(c => File.Exists(c) || Directory.Exists(c));
        if (found is null) throw Missing(setting, reference.Path, raw, candidates);
        return (reference with { Path = found }).ToString();
    }

    /// <summary>An ending that begins with a digit belongs to a name: <c>llama3.1</c>.</summary>
    private static bool IsName(string text) =>
        text.Length > 0 && !text.ContainsAny(['/', '\\']) && Path.GetExtension(text.AsSpan()) is not ['.', >= 'A' and <= 'z', ..];

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

    private static HoneException Missing(SettingInfo setting, string path, RawSetting raw, List<string> candidates) =>
        new(setting.MissingPath, $"{setting.Name}: there is no file or folder '{path}'", raw.Origin,
            $"looked for {string.Join(" and ", candidates.Select(Path.GetFullPath))}");
}
