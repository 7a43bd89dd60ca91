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

    /// <summary>As <see cref="Relative"/>, in a command that can be copied.</summary>
    public static string Typed(string path) => Quoted(Relative(path));

    /// <summary>As a shell takes it for one word.</summary>
    public static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "/._-:+=@\\".Contains(c)) ? word : $"'{word.Replace("'", "'\\''")}'";
}
