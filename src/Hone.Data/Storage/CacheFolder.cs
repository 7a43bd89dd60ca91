namespace Hone.Data.Storage;

/// <summary>The folder in which Hone keeps what it could make again: of the user, or the one that <see cref="Variable"/> names.</summary>
public static class CacheFolder
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "HONE_CACHE";

    /// <summary>The folder; it need not exist.</summary>
    public static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return System.IO.Path.GetFullPath(named);
            if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } users && System.IO.Path.IsPathRooted(users)) return System.IO.Path.Combine(users, "hone");
            if (OperatingSystem.IsWindows()) return System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "Hone", "cache");
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return home.Length == 0 ? System.IO.Path.Combine(System.IO.Path.GetTempPath(), "hone-cache")
                : OperatingSystem.IsMacOS() ? System.IO.Path.Combine(home, "Library", "Caches", "hone")
                : System.IO.Path.Combine(home, ".cache", "hone");
        }
    }

    /// <summary>Opens a new file with a name that nobody else uses, in a folder of the cache.</summary>
    /// <param name="folder">The folder in the cache.</param>
    /// <param name="name">What the name begins with; it ends with <see cref="DurableFiles.PartialSuffix"/>.</param>
    /// <param name="anonymous">Whether the file goes when it is closed, or the process dies.</param>
    /// <exception cref="HoneException">The folder can't be written.</exception>
    internal static FileStream OpenNew(string folder, string name, bool anonymous)
    {
        var path = DurableFiles.NewPartial(System.IO.Path.Combine(folder, name));
        try
        {
            Directory.CreateDirectory(folder);
            DurableFiles.RemoveAbandoned(folder);
            var windows = OperatingSystem.IsWindows();
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 0,
                anonymous && windows ? FileOptions.DeleteOnClose : FileOptions.None);

            // A file without a name goes with its last user, however that one ends.
            if (anonymous && !windows) File.Delete(path);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Other, $"The cache folder can't be written: {e.Message}", folder, $"Name one that can be in {Variable}.", e);
        }
    }
}
