namespace Hone.Cli;

/// <summary>The folder that a merged model goes to: written beside its place, and put there when it is whole and measured.</summary>
internal sealed class MergeFolder : IDisposable
{
    private readonly string _target;

    /// <exception cref="HoneException">The folder holds something and may not be written to (exit code 2).</exception>
    public MergeFolder(string target, bool mayExist)
    {
        _target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        Folder = _target + ".partial";
        if (File.Exists(_target)) throw new HoneException(ExitCode.Usage, "output_dir is a file.", target, "Choose another --output_dir.");
        if (!mayExist && Directory.Exists(_target) && Directory.EnumerateFileSystemEntries(_target).Any())
            throw new HoneException(ExitCode.Usage, "output_dir exists and is not empty.", target, "Choose another --output_dir, or write over it with --exist_ok true.");
    }

    /// <summary>Where to write.</summary>
    public string Folder { get; }

    /// <summary>Makes the folder to write to; what an earlier attempt left there goes away.</summary>
    public MergeFolder Begin()
    {
        Guarded(() =>
        {
            if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
            Directory.CreateDirectory(Folder);
        });
        return this;
    }

    /// <summary>Puts the folder into its place. In a folder that exists, weight files that don't belong to the new model go away.</summary>
    public void Place() => Guarded(() =>
    {
        if (!Directory.Exists(_target))
        {
            Directory.Move(Folder, _target);
            return;
        }

        var names = Directory.GetFiles(Folder).Select(path => Path.GetFileName(path)).ToList();
        foreach (var name in names) File.Move(Path.Combine(Folder, name), Path.Combine(_target, name), overwrite: true);
        foreach (var path in Directory.GetFiles(_target, "model*.safetensors*").Where(path => !names.Contains(Path.GetFileName(path)))) File.Delete(path);
        Directory.Delete(Folder);
    });

    public void Dispose()
    {
        try
        {
            if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // What went wrong first is being reported.
        }
    }

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Other, "The folder can't be written: " + e.Message, _target, "Choose another --output_dir, or free some space.", e);
        }
    }
}
