namespace Hone.Testing;

/// <summary>Finds the reference data that lies beside the checkout, and the checkout itself.</summary>
public static class SharedData
{
    /// <summary>The root of the checkout: the folder with <c>Hone.slnx</c>.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The full path of something under <c>../shared/data</c>.</summary>
    public static string PathOf(string relative)
    {
        var path = Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", "data", relative));
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new FileNotFoundException($"Reference data is missing: ../shared/data/{relative} (expected beside the checkout).");
        return path;
    }

    private static string FindRoot()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "Hone.slnx"))) return d.FullName;
        }

        throw new DirectoryNotFoundException("Hone.slnx not found above the test assembly.");
    }
}
