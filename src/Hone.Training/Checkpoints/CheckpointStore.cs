using System.Globalization;

namespace Hone.Training.Checkpoints;

/// <summary>
/// The checkpoints of one run directory. A checkpoint is written aside, synced, and renamed into place, so that a process that
/// dies at any moment leaves whole checkpoints only, besides leftovers that <see cref="Recover"/> knows by their endings.
/// </summary>
internal sealed class CheckpointStore
{
    private const string Unfinished = ".tmp";
    private const string Replaced = ".old";
    private const string Discarded = ".deleting";
    private const string Superseded = "superseded";

    private readonly string root;

    public CheckpointStore(string root) => this.root = root;

    /// <summary>Complete checkpoints, oldest first. Their content is not checked.</summary>
    public IReadOnlyList<CheckpointName> List() => List(root);

    public static IReadOnlyList<CheckpointName> List(string root) => !Directory.Exists(root)
        ? []
        : [.. Directory.GetDirectories(root).Select(d => CheckpointName.Parse(Path.GetFileName(d)))
            .Where(n => n is not null && File.Exists(Path.Combine(root, n.Value.ToString(), CheckpointManifest.FileName)))
            .Select(n => n!.Value).Order()];

    public string PathOf(CheckpointName name) => Path.Combine(root, name.ToString());

    /// <summary>Whether a process died between moving a checkpoint aside and moving its successor into place.</summary>
    public static bool HasReplaced(string root) => Directory.Exists(root) && Directory.EnumerateDirectories(root, "checkpoint-*" + Replaced).Any();

    /// <summary>Tidies up after a process that died while saving, replacing or deleting.</summary>
    public void Recover()
    {
        if (!Directory.Exists(root)) return;
        foreach (var folder in Directory.GetDirectories(root, "checkpoint-*"))
        {
            if (folder.EndsWith(Replaced, StringComparison.Ordinal) && !Directory.Exists(folder[..^Replaced.Length]))
                Directory.Move(folder, folder[..^Replaced.Length]);
            else if (folder.EndsWith(Unfinished, StringComparison.Ordinal) || folder.EndsWith(Discarded, StringComparison.Ordinal)
                || folder.EndsWith(Replaced, StringComparison.Ordinal))
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="name">Its folder.</param>
    /// <param name="write">Writes the files into the folder it is given.</param>
    /// <returns>The folder's full path.</returns>
    /// <exception cref="HoneException">It can't be written; checkpoints that were there before are unharmed.</exception>
    public string Save(CheckpointName name, Action<string> write)
    {
        var path = PathOf(name);
        var aside = path + Unfinished;
        try
        {
            if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
            Directory.CreateDirectory(aside);
            write(aside);
            CheckpointManifest.Seal(aside);
            Install(aside, path);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HoneException)
        {
            TryDelete(aside);
            var before = List();
            throw new HoneException(ExitCode.Other, $"The checkpoint could not be saved: {e.Message}", path,
                (before.Count > 0 ? $"{PathOf(before[^1])} is intact. " : "") +
                "Make room on the disk (save_total_limit keeps fewer checkpoints), then go on with --resume_from_checkpoint last.", e);
        }
    }

    /// <summary>Deletes the oldest checkpoints until <paramref name="limit"/> are left; those to keep are never deleted and count.</summary>
    public void Prune(int? limit, params ReadOnlySpan<CheckpointName?> keep)
    {
        if (limit is not { } most) return;
        var all = List();
        var left = all.Count;
        foreach (var name in all)
        {
            if (left <= most) return;
            if (keep.Contains(name)) continue;
            var discarded = PathOf(name) + Discarded;
            Directory.Move(PathOf(name), discarded);
            TryDelete(discarded);
            left--;
        }
    }

    /// <summary>
    /// Moves the checkpoints after one into a folder of their own, since the run goes on from that one: left where they are, they would
    /// pass for its newest.
    /// </summary>
    /// <returns>The folder; null when there were none.</returns>
    /// <exception cref="HoneException">They can't be moved.</exception>
    public string? SetAsideAfter(CheckpointName name)
    {
        var later = List().Where(n => n.CompareTo(name) > 0).ToList();
        if (later.Count == 0) return null;
        var folder = Path.Combine(root, Superseded);
        for (var i = 2; Path.Exists(folder); i++) folder = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{Superseded}-{i}"));
        try
        {
            // Each name must be on disk where it goes before it is gone from where it was: after a power cut it would be in neither folder.
            Directory.CreateDirectory(folder);
            DurableFiles.SyncFolder(root);
            foreach (var one in later) Directory.Move(PathOf(one), Path.Combine(folder, one.ToString()));
            DurableFiles.SyncFolder(folder);
            DurableFiles.SyncFolder(root);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Other, $"The checkpoints after {name} can't be moved out of the way: {e.Message}", folder,
                $"Move them yourself, or copy {name} elsewhere and resume from there.", e);
        }
    }

    /// <summary>Points <c>last</c> or <c>best</c> at a checkpoint.</summary>
    /// <exception cref="HoneException">It can't be made; the checkpoints are unharmed.</exception>
    public void Link(string link, CheckpointName target)
    {
        var path = Path.Combine(root, link);

        // A real folder of that name is somebody else's.
        if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null) return;
        DurableFiles.Link(path, target.ToString());
    }

    private void Install(string aside, string path)
    {
        var replaced = path + Replaced;
        if (Directory.Exists(replaced)) Directory.Delete(replaced, recursive: true);
        var replaces = Directory.Exists(path);
        if (replaces) Directory.Move(path, replaced);
        try
        {
            Directory.Move(aside, path);
        }
        catch (IOException) when (replaces)
        {
            Directory.Move(replaced, path);
            throw;
        }

        DurableFiles.SyncFolder(root);
        if (replaces) TryDelete(replaced);
    }

    /// <summary>What can't be deleted now goes with the next <see cref="Recover"/>.</summary>
    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
