namespace Hone.Training.Runs;

/// <summary>An earlier run that gives way to a new one in the same folder. It is renamed, and deleted only when the new one stands.</summary>
internal static class ReplacedRun
{
    /// <summary>Fails when the folder is not ours to delete, is in use, or holds what the new run needs.</summary>
    /// <param name="folder">The output folder, which exists.</param>
    /// <param name="needed">Files and folders that the new run reads.</param>
    public static void RequireReplaceable(string folder, IEnumerable<string?> needed)
    {
        if (!RunDirectory.IsOurs(folder))
        {
            throw new HoneException(ExitCode.Usage, "The output folder holds no run of Hone, so it is not overwritten.", folder,
                "Name another output_dir.");
        }

        var root = Real(folder);
        foreach (var path in needed.OfType<string>().Append(Environment.CurrentDirectory))
        {
            if (!Lies(Path.GetFullPath(path), Path.GetFullPath(folder)) && !Lies(Real(path), root)) continue;
            throw new HoneException(ExitCode.Usage, $"The output folder is not overwritten since this run needs {path}, which lies in it.", folder,
                "Name another output_dir.");
        }

        RunDirectory.RequireIdle(folder);
    }

    /// <summary>Moves the earlier run aside, opens the new one, and deletes the earlier one; puts it back when that fails.</summary>
    public static RunDirectory Replace(string folder, Func<RunDirectory> open)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var aside = path + ".old";
        for (var i = 2; Path.Exists(aside); i++) aside = $"{path}.old-{i}";
        Move(path, aside);
        RunDirectory run;
        try
        {
            run = open();
        }
        catch
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
            Directory.Move(aside, path);
            throw;
        }

        try
        {
            Directory.Delete(aside, recursive: true);
            return run;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            run.Dispose();
            throw new HoneException(ExitCode.Other, $"The earlier run could not be deleted: {e.Message}", aside, "Delete it, then start again.", e);
        }
    }

    private static void Move(string path, string aside)
    {
        try
        {
            Directory.Move(path, aside);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Usage, $"The earlier run can't be moved out of the way: {e.Message}", path,
                "Name another output_dir.", e);
        }
    }

    private static bool Lies(string path, string folder)
    {
        var relative = Path.GetRelativePath(folder, path);
        return relative == "." || (relative != ".." && !relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && !Path.IsPathRooted(relative));
    }

    /// <summary>Where a path leads when it is a link.</summary>
    private static string Real(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        try
        {
            return Directory.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }
        catch (IOException)
        {
            return full;
        }
    }
}
