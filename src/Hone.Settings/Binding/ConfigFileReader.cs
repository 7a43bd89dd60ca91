namespace Hone.Settings;

/// <summary>Reads a configuration file into settings as they were written: a flat list of keys with a value or a list of values.</summary>
internal static class ConfigFileReader
{
    /// <summary>Far above any real file, far below what could hurt.</summary>
    private const int MaxBytes = 1 << 20;
    private const int MaxSettings = 1000;

    /// <exception cref="HoneException">The file cannot be read, or is not a flat YAML or JSON mapping.</exception>
    public static List<RawSetting> Read(string path)
    {
        var bytes = ReadBounded(path);
        var isJson = string.Equals(Path.GetExtension(path), ".json", StringComparison.OrdinalIgnoreCase);
        var settings = isJson ? JsonConfigReader.Read(bytes, path) : YamlConfigReader.Read(bytes, path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return settings.ConvertAll(s => s with { Folder = folder });
    }

    /// <summary>Stops a hostile file before its keys cost time.</summary>
    public static void CheckCount(List<RawSetting> settings, string path)
    {
        if (settings.Count == MaxSettings) throw new HoneException(ExitCode.Usage, $"there are more than {MaxSettings} settings", path, "is this the right file?");
    }

    private static byte[] ReadBounded(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read);
            var buffer = new byte[MaxBytes + 1];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > MaxBytes) throw new HoneException(ExitCode.Usage, "the configuration file is larger than 1 MiB", path, "is this the right file?");
            return buffer[..length];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var missing = e is FileNotFoundException or DirectoryNotFoundException;
            throw new HoneException(ExitCode.Usage, missing ? "no such configuration file" : $"the configuration file cannot be read: {e.Message}",
                path, missing ? $"relative paths start from {Directory.GetCurrentDirectory()}" : null, e);
        }
    }
}
