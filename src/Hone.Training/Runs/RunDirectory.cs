using System.Globalization;
using Hone.Models;
using Hone.Training.Checkpoints;
using Hone.Training.Runs.Plots;
using Hone.Training.Runs.TensorBoard;

namespace Hone.Training.Runs;

/// <summary>
/// Everything a run writes, in ms-swift's layout: <c>args.json</c>, <c>logging.jsonl</c>, <c>runs/</c>, <c>images/</c>,
/// <c>checkpoint-N/</c>, <c>best</c> and <c>last</c>. Viewers read it; nothing else connects them with a run.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    private const string ArgumentsFile = "args.json";

    private const string LogFile = "logging.jsonl";

    private const string LockFile = "run.lock";

    // EWOULDBLOCK, and ERROR_SHARING_VIOLATION as an HRESULT.
    private const int LinuxInUse = 11;
    private const int MacInUse = 35;
    private const int WindowsInUse = unchecked((int)0x80070020);

    private readonly FileStream owned;
    private readonly LoggingFile logging;
    private readonly List<LogEntry> history = [];
    private readonly EventFile? events;
    private string? argumentsToCome;

    private RunDirectory(string path, bool tensorBoard)
    {
        Path = System.IO.Path.GetFullPath(path);
        Checkpoints = new CheckpointStore(Path);
        try
        {
            Directory.CreateDirectory(Path);
            owned = Own(System.IO.Path.Combine(Path, LockFile));
            Checkpoints.Recover();
            logging = new LoggingFile(System.IO.Path.Combine(Path, LogFile));
            if (tensorBoard) events = new EventFile(System.IO.Path.Combine(Path, "runs"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logging?.Dispose();
            owned?.Dispose();
            throw Unwritable(Path, e);
        }
    }

    /// <summary>The folder, absolute.</summary>
    public string Path { get; }

    internal CheckpointStore Checkpoints { get; }

    /// <summary>Makes the folder of a new run: <c>v0-20261121-093000</c>, one number above the highest that is there.</summary>
    /// <param name="runsFolder">Usually <c>output/model</c>.</param>
    /// <param name="argumentsJson">Content of <c>args.json</c>.</param>
    /// <param name="now">Local time, for the name.</param>
    /// <param name="tensorBoard">Whether event files are written.</param>
    /// <exception cref="HoneException">Another process is writing the run.</exception>
    public static RunDirectory CreateVersion(string runsFolder, string argumentsJson, DateTime now, bool tensorBoard = true)
    {
        try
        {
            Directory.CreateDirectory(runsFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(runsFolder, e);
        }

        var next = Versions(runsFolder).Select(v => v.Number + 1).DefaultIfEmpty(0).Max();
        var name = string.Create(CultureInfo.InvariantCulture, $"v{next}-{now:yyyyMMdd-HHmmss}");
        return Create(System.IO.Path.Combine(runsFolder, name), argumentsJson, tensorBoard);
    }

    /// <summary>Makes the folder of a new run at a fixed place.</summary>
    public static RunDirectory Create(string path, string argumentsJson, bool tensorBoard = true)
    {
        var run = new RunDirectory(path, tensorBoard);
        try
        {
            run.WriteArguments(argumentsJson);
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>Opens the folder of a run that goes on. Leftovers of a crash are tidied up; what the run wrote stands until it does go on.</summary>
    /// <param name="checkpoint">The checkpoint that it goes on from.</param>
    /// <param name="argumentsJson">Content of <c>args.json</c> once the run goes on; its checkpoints keep what they were made with.</param>
    /// <param name="tensorBoard">Whether event files are written.</param>
    /// <exception cref="HoneException">Another process is writing the run, or the folder can't be written.</exception>
    public static RunDirectory OpenFor(string checkpoint, string argumentsJson, bool tensorBoard = true) =>
        new(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(checkpoint))!, tensorBoard) { argumentsToCome = argumentsJson };

    /// <summary>Appends a line to <c>logging.jsonl</c> and to the event file.</summary>
    public void Append(LogEntry entry, int totalSteps, TimeSpan elapsed, TimeSpan remaining)
    {
        history.Add(entry);
        try
        {
            logging.Append(entry, totalSteps, elapsed, remaining);
            events?.Append(entry);
        }
        catch (IOException e)
        {
            throw new HoneException(ExitCode.Other, $"The log could not be written: {e.Message}", Path,
                "Make room on the disk, then go on with --resume_from_checkpoint last.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        logging.Dispose();
        events?.Dispose();
        owned.Dispose();
    }

    /// <summary>Whether a folder holds the files of a run that can go on in it.</summary>
    internal static bool IsRun(string folder) =>
        File.Exists(System.IO.Path.Combine(folder, ArgumentsFile)) && File.Exists(System.IO.Path.Combine(folder, LogFile));

    /// <summary>Whether Hone wrote a run here: other trainers write <c>args.json</c> too, but neither our lock nor our manifests.</summary>
    internal static bool IsOurs(string folder) =>
        File.Exists(System.IO.Path.Combine(folder, LockFile)) || CheckpointStore.List(folder).Count > 0;

    /// <summary>Fails when another process is writing the run. Where there is no lock nobody is, and none is made.</summary>
    internal static void RequireIdle(string folder)
    {
        var path = System.IO.Path.Combine(folder, LockFile);
        try
        {
            if (File.Exists(path)) Own(path).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(folder, e);
        }
    }

    /// <summary>Brings back a checkpoint that a process was replacing when it died, unless another process is at it.</summary>
    internal static void RecoverIfIdle(string folder)
    {
        try
        {
            if (!CheckpointStore.HasReplaced(folder)) return;
            using var owned = Own(System.IO.Path.Combine(folder, LockFile));
            new CheckpointStore(folder).Recover();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HoneException)
        {
            // What can't be brought back is not listed, and that is what the caller reports.
        }
    }

    /// <summary>Run directories under a folder, newest first; the folder itself when it is one.</summary>
    internal static IEnumerable<string> Newest(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        if (CheckpointStore.List(folder).Count > 0) return [folder];
        return Versions(folder).OrderByDescending(v => v.Number).Select(v => v.Path);
    }

    /// <summary>
    /// Goes on from a checkpoint whose successors are set aside: <c>args.json</c> is what <see cref="OpenFor"/> was given, and lines that
    /// the run wrote after the checkpoint are forgotten.
    /// </summary>
    /// <exception cref="HoneException">The files can't be written.</exception>
    internal void GoOn(IReadOnlyList<LogEntry> kept, int step, int totalSteps)
    {
        if (argumentsToCome is { } json) WriteArguments(json);
        history.Clear();
        history.AddRange(kept);
        logging.Rewind(kept, step, totalSteps);
        events?.Restart(step + 1);
    }

    /// <summary>Copies <c>args.json</c> into a checkpoint, so that it can be used alone.</summary>
    internal void CopyArguments(string folder)
    {
        var source = System.IO.Path.Combine(Path, ArgumentsFile);
        if (File.Exists(source)) File.Copy(source, System.IO.Path.Combine(folder, ArgumentsFile), overwrite: true);
    }

    /// <summary>Draws every figure over the steps.</summary>
    internal void Plot()
    {
        var images = System.IO.Path.Combine(Path, "images");
        Directory.CreateDirectory(images);
        foreach (var (tag, points) in ScalarTag.Series(history))
        {
            if (points.Count < 2) continue;
            File.WriteAllBytes(System.IO.Path.Combine(images, tag.Replace('/', '_') + ".png"), LinePlot.Draw(tag, points));
        }
    }

    /// <summary>Writes the last line of <c>logging.jsonl</c>.</summary>
    internal void Finish(SftResult result, Decoder decoder, TrainingPlan plan, double memory) => logging.Finish(result, decoder, plan, memory);

    /// <summary>Two processes in one run directory would ruin each other's checkpoints. The system frees the lock when a process dies.</summary>
    private static FileStream Own(string lockFile)
    {
        try
        {
            return new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException e) when (e.HResult is LinuxInUse or MacInUse or WindowsInUse)
        {
            throw new HoneException(ExitCode.Usage, $"Another process is writing this run: {e.Message}", System.IO.Path.GetDirectoryName(lockFile),
                "Wait for it or stop it first, or write into another output_dir.", e);
        }
    }

    private void WriteArguments(string json) =>
        DurableFiles.Write(System.IO.Path.Combine(Path, ArgumentsFile), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(json)));

    private static HoneException Unwritable(string path, Exception e) => new(ExitCode.Usage,
        $"The run's folder can't be written: {e.Message}", path, "Name an output_dir that can be written.", e);

    private static IEnumerable<(int Number, string Path)> Versions(string folder)
    {
        foreach (var path in Directory.GetDirectories(folder, "v*"))
        {
            var name = System.IO.Path.GetFileName(path.AsSpan());
            var dash = name.IndexOf('-');
            if (dash > 1 && int.TryParse(name[1..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                yield return (number, path);
        }
    }
}
