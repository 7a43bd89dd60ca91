namespace Hone.Testing;

/// <summary>Finds the reference data that lies beside the checkout, and the checkout itself.</summary>
public static class SharedData
{
    /// <summary>The root of the checkout: the folder with <c>Hone.slnx</c>.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>How xunit knows an exception that skips the test from one that fails it.</summary>
    private const string Skip = "$XunitDynamicSkip$";

    /// <summary>The full path of something under <c>../shared/data</c>. A test that asks for it is skipped where that folder is not.</summary>
    public static string PathOf(string relative)
    {
        var folder = Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", "data"));
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException(Skip + "the reference data is not here (../shared/data, beside the checkout)");
        var path = Path.GetFullPath(Path.Combine(folder, relative));
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
