using Hone.Hub;
using Hone.Settings;
using Hone.Training.Checkpoints;
using Hone.Training.Runs;

namespace Hone.Training;

/// <content>Where the run writes, and where it goes on.</content>
public sealed partial class TrainingSession
{
    private string? FindCheckpoint(ITrainingObserver? observer) => Settings.ResumeFromCheckpoint is { } wanted
        ? ResumePoint.Find(wanted, Settings.AddVersion ? RunsFolder : Settings.OutputDir, message => observer?.Warned(message))
        : null;

    /// <summary>Fails when the run can't have its folder.</summary>
    private void RequireOutput(string? resume)
    {
        if (GoesOnInItsRun(resume)) RunDirectory.RequireIdle(Path.GetDirectoryName(Path.GetFullPath(resume!))!);
        else if (ReplacesRun(resume)) RequireReplaceable(resume);
        for (var folder = Path.GetFullPath(Settings.OutputDir); folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(folder)) throw new HoneException(ExitCode.Usage, "The output folder can't be made: a file is in its place.", folder, "Name another output_dir.");
        }
    }

    private string RunsFolder => Path.Combine(Settings.OutputDir, ModelFolders.NameOf(Settings.Model!));

    /// <summary>Whether something is in the way of the run.</summary>
    private bool ReplacesRun(string? resume) => !Settings.AddVersion && !GoesOnInItsRun(resume)
        && Directory.Exists(Settings.OutputDir) && Directory.EnumerateFileSystemEntries(Settings.OutputDir).Any();

    /// <summary>Fails when what is in the way may not be deleted.</summary>
    private void RequireReplaceable(string? resume)
    {
        if (!Settings.OverwriteOutputDir)
        {
            throw new HoneException(ExitCode.Usage, "The output folder is not empty.", Settings.OutputDir,
                "Name another output_dir, go on with --resume_from_checkpoint last, or set overwrite_output_dir true.");
        }

        ReplacedRun.RequireReplaceable(Settings.OutputDir, [ModelFolder, AdapterFolder, Settings.Template, resume, Settings.CustomDatasetInfo, .. dataFiles]);
    }

    /// <summary>A checkpoint that was copied elsewhere starts a run folder of its own: its neighbours are not this run's.</summary>
    private static bool GoesOnInItsRun(string? resume) =>
        resume is not null && RunDirectory.IsRun(Path.GetDirectoryName(Path.GetFullPath(resume)) ?? resume);

    private RunDirectory OpenRun(string? resume)
    {
        var board = Settings.ReportTo.Contains(Reporter.TensorBoard);
        if (GoesOnInItsRun(resume))
        {
            // What was said to resume is no part of the run: without it args.json starts the run anew, and repeats it unless settings were
            // changed on the way (then the checkpoints have those that they were made with).
            return RunDirectory.OpenFor(resume!, SettingsSnapshot.ToJson(PinnedSettings with { ResumeFromCheckpoint = null, AcceptChangedSettings = false }), board);
        }

        var arguments = SettingsSnapshot.ToJson(PinnedSettings);
        return Settings.AddVersion
            ? RunDirectory.CreateVersion(RunsFolder, arguments, DateTime.Now, board)
            : RunDirectory.Create(Settings.OutputDir, arguments, board);
    }

    /// <summary>What <c>args.json</c> holds: ids with the commits that were used, so that it repeats the run though a hub's branch moves on.</summary>
    private TrainingSettings PinnedSettings => ModelFolders.CommitOf(Settings.Model!, ModelFolder) is { } commit && HubId.Parse(Settings.Model!) is { } id
        ? Settings with { Dataset = pinnedDataset, Model = (id with { Revision = commit }).ToString(), ModelRevision = null }
        : Settings with { Dataset = pinnedDataset };
}
