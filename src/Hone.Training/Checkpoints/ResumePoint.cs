using Hone.Training.Runs;

namespace Hone.Training.Checkpoints;

/// <summary>Finds the checkpoint that <c>--resume_from_checkpoint</c> means.</summary>
public static class ResumePoint
{
    /// <summary>The word for the newest undamaged checkpoint of the newest run.</summary>
    public const string Last = "last";

    /// <summary>The folder of the checkpoint, every file of it checked.</summary>
    /// <param name="wanted">A checkpoint folder (or a link to one), or <c>last</c>.</param>
    /// <param name="runsFolder">Folder of the runs that <c>last</c> looks through: <c>output/model</c>, or one run directory.</param>
    /// <param name="warn">Hears of damaged checkpoints that <c>last</c> passes over.</param>
    /// <exception cref="HoneException">There is none, or the one named is damaged; the one before it is offered.</exception>
    public static string Find(string wanted, string runsFolder, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(warn);
        return wanted == Last ? FindLast(Path.GetFullPath(runsFolder), warn) : Check(Follow(wanted));
    }

    private static string FindLast(string runsFolder, Action<string> warn)
    {
        string? newest = null;
        RunDirectory.RecoverIfIdle(runsFolder);
        foreach (var run in RunDirectory.Newest(runsFolder))
        {
            newest ??= run;
            RunDirectory.RecoverIfIdle(run);
            var store = new CheckpointStore(run);
            foreach (var name in store.List().Reverse())
            {
                if (CheckpointManifest.FindDamage(store.PathOf(name)) is { } damage)
                {
                    warn($"{store.PathOf(name)} is passed over: {damage}.");
                    continue;
                }

                if (run != newest) warn($"The newest run, {newest}, has no checkpoint to go on from; going on with {store.PathOf(name)}.");
                return store.PathOf(name);
            }
        }

        throw new HoneException(ExitCode.Usage, "There is no checkpoint to resume from.", runsFolder,
            "Start without resume_from_checkpoint, or give the path of a checkpoint folder.");
    }

    /// <summary>Resolves <c>best</c> and <c>last</c> links, so that the checkpoint's own name is known.</summary>
    private static string Follow(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        try
        {
            if (!Directory.Exists(full) && File.Exists(full) && FileLength.Of(full) < 200)
                return Path.Combine(Path.GetDirectoryName(full)!, File.ReadAllText(full).Trim());
            return Directory.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return full;
        }
    }

    private static string Check(string folder)
    {
        if (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent) RunDirectory.RecoverIfIdle(parent);
        if (!Directory.Exists(folder))
            throw new HoneException(ExitCode.Usage, "The checkpoint to resume from does not exist.", folder, Offer(folder));
        if (CheckpointManifest.FindDamage(folder) is { } damage)
            throw new HoneException(ExitCode.Model, $"The checkpoint {Path.GetFileName(folder)} can't be used: {damage}.", folder, Offer(folder));
        return folder;
    }

    private static string Offer(string folder)
    {
        var run = Path.GetDirectoryName(folder) ?? folder;
        var wanted = CheckpointName.Parse(Path.GetFileName(folder));
        var store = new CheckpointStore(run);
        foreach (var name in store.List().Reverse())
        {
            if (wanted is { } w && name.CompareTo(w) >= 0) continue;
            if (CheckpointManifest.FindDamage(store.PathOf(name)) is null) return $"Resume from the one before: --resume_from_checkpoint {store.PathOf(name)}";
        }

        return "Start anew without resume_from_checkpoint.";
    }
}
