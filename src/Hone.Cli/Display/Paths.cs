namespace Hone.Cli;

/// <summary>Paths as people type them.</summary>
internal static class Paths
{
    /// <summary>Relative to the current folder when it lies below it.</summary>
    public static string Relative(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
