using System.Diagnostics;
using Hone.Models;
using Hone.Models.Weights;
using Hone.Settings;
using Hone.Tensors;
using Hone.Training.Batches;
using Hone.Training.Checkpoints;
using Hone.Training.Runs;

namespace Hone.Training;

/// <content>What happens between steps: log, evaluate, save, and the end of the run.</content>
public sealed partial class Trainer
{
    private StepReport lastStep;
    private LogEntry? lastEvaluation;
    private CheckpointName? lastSaved;

    private double Epochs => progress.Epoch + (double)progress.MicroBatch / epoch.Count;

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(startTime) + TimeSpan.FromSeconds(progress.ElapsedSeconds);

    private TimeSpan Remaining => progress.GlobalStep == startStep
        ? TimeSpan.Zero
        : Stopwatch.GetElapsedTime(startTime) / (progress.GlobalStep - startStep) * (Plan.TotalSteps - progress.GlobalStep);

    private bool IsLastStep => progress.GlobalStep == Plan.TotalSteps;

    private bool IsDue(IntervalStrategy strategy, int interval) => strategy switch
    {
        IntervalStrategy.No => false,
        IntervalStrategy.Epoch => IsLastStep || progress.MicroBatch == epoch.Count,
        _ => IsLastStep || progress.GlobalStep % interval == 0,
    };

    private void AfterStep()
    {
        if (IsDue(IntervalStrategy.Steps, settings.LoggingSteps) || (progress.GlobalStep == 1 && settings.LoggingFirstStep)) Log();
        if (IsDue(settings.EffectiveEvalStrategy, settings.EffectiveEvalSteps)) Evaluate();
        if (IsLastStep || IsDue(settings.SaveStrategy, settings.SaveSteps)) Save();
    }

    private void Log()
    {
        var seconds = Math.Max(progress.WindowSeconds, 1e-9);
        Record(new LogEntry(progress.GlobalStep, Epochs,
        [
            new("loss", progress.Window.Loss / progress.WindowSteps),
            new("token_acc", progress.Window.Accuracy()),
            new("grad_norm", lastStep.GradNorm),
            new("learning_rate", lastStep.LearningRate),
            new("memory(GiB)", PeakMemory()),
            new("train_speed(s/it)", seconds / progress.WindowSteps),
            new("tokens_per_second", progress.Window.Tokens / seconds),
            .. RowsRead(),
        ]));
        progress.Window = default;
        progress.WindowSeconds = 0;
        progress.WindowSteps = 0;
    }

    private KeyValuePair<string, double>[] RowsRead() => epoch is StreamedBatches { Totals: var rows }
        ? [new("rows_read", rows.Rows), new("rows_left_out", rows.LeftOut)]
        : [];

    private void Evaluate()
    {
        if (Plan.Validation() is not { } plan) return;
        var began = Stopwatch.GetTimestamp();
        LossTotals totals = default;
        for (var i = 0; i < plan.MicroBatchCount; i++)
        {
            plan.Fill(i, validation, batch);
            totals += workspace.Evaluate(batch);
        }

        var seconds = Math.Max(Stopwatch.GetElapsedTime(began).TotalSeconds, 1e-9);
        lastEvaluation = new LogEntry(progress.GlobalStep, Epochs,
        [
            new("eval_loss", totals.MeanLoss),
            new("eval_token_acc", totals.Targets == 0 ? double.NaN : (double)totals.Correct / totals.Targets),
            new("eval_runtime", seconds),
            new("eval_samples_per_second", validation.Count / seconds),
            new("eval_steps_per_second", plan.MicroBatchCount / seconds),
        ]);
        Record(lastEvaluation);
        observer.EvaluationCompleted(lastEvaluation);
    }

    private void Record(LogEntry entry)
    {
        progress.LogHistory.Add(entry);
        run?.Append(entry, Plan.TotalSteps, Elapsed, Remaining);
        observer.Logged(entry);
    }

    private void Save()
    {
        if (run is null) return;
        var name = new CheckpointName(progress.GlobalStep, progress.Step == default ? 0 : progress.MicroBatch % Plan.AccumulationSteps);
        if (lastSaved == name) return;
        var best = ConsiderBest(name);
        progress.Stream = (epoch as StreamedBatches)?.PositionOf(progress.MicroBatch / Plan.AccumulationSteps * Plan.AccumulationSteps);
        var progressAtSave = progress.ElapsedSeconds;
        progress.ElapsedSeconds = Elapsed.TotalSeconds;
        try
        {
            run.Checkpoints.Save(name, folder => WriteCheckpoint(folder));
        }
        finally
        {
            progress.ElapsedSeconds = progressAtSave;
        }

        lastSaved = name;
        Around(name, () =>
        {
            Link(run, name);
            run.Checkpoints.Prune(settings.SaveTotalLimit, name, BestName);
            run.Plot();
        });
        observer.CheckpointSaved(run.Checkpoints.PathOf(name), best);
    }

    /// <summary>What goes on around a checkpoint that is safe already: a failure here is no reason to stop training.</summary>
    private void Around(CheckpointName saved, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HoneException)
        {
            observer.Warned($"{saved} is saved, but something around it is not: {e.Message}");
        }
    }

    private void Link(RunDirectory directory, CheckpointName last)
    {
        directory.Checkpoints.Link("last", last);
        directory.Checkpoints.Link("best", BestName ?? last);
    }

    private CheckpointName? BestName => progress.BestCheckpoint is { } text ? CheckpointName.Parse(text) : null;

    /// <summary>Makes the checkpoint about to be saved the best one when this step was evaluated and nothing was better.</summary>
    private bool ConsiderBest(CheckpointName name)
    {
        if (lastEvaluation?.Step != progress.GlobalStep || name.Micro != 0) return false;
        var larger = settings.MetricForBestModel == BestMetric.TokenAccuracy;
        var metric = lastEvaluation[larger ? "eval_token_acc" : "eval_loss"];
        if (!double.IsFinite(metric)) return false;
        if (progress.BestMetric is { } best && (larger ? metric <= best : metric >= best)) return false;
        (progress.BestMetric, progress.BestStep, progress.BestCheckpoint) = (metric, progress.GlobalStep, name.ToString());
        return true;
    }

    private void WriteCheckpoint(string folder)
    {
        var unused = options.SavesTemplateOnceUsed && epoch is StreamedBatches { Totals.Conversations: 0 };
        CheckpointContents.Write(folder, decoder, optimizer, unused ? options with { Template = null } : options, new ResumeState
        {
            OptimizerSteps = optimizer.StepCount,
            Fingerprint = Fingerprint().Values,
            Progress = progress,
        });
        TrainerStateFile.Write(folder, progress, Plan, options, BestName is { } best ? run!.Checkpoints.PathOf(best) : null);
        run!.CopyArguments(folder);
    }

    private void SaveGradients(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(path, decoder.TrainableParameters.Select(p =>
            new TensorToWrite(p.Name, DType.F32, [.. p.Shape.Select(n => (long)n)], p.Gradient)));
    }

    private SftResult Finish(bool interrupted)
    {
        var last = lastSaved is { } name ? run?.Checkpoints.PathOf(name) : null;
        var result = new SftResult
        {
            GlobalStep = progress.GlobalStep,
            TotalSteps = Plan.TotalSteps,
            Interrupted = interrupted,
            LogHistory = progress.LogHistory,
            RunDirectory = run?.Path,
            LastModelCheckpoint = last,
            BestModelCheckpoint = run is not null && BestName is { } best ? run.Checkpoints.PathOf(best) : last,
            BestMetric = progress.BestMetric,
            Streamed = (epoch as StreamedBatches)?.Totals,
        };
        if (!interrupted) run?.Finish(result, decoder, Plan, PeakMemory());
        return result;
    }

    /// <summary>Largest resident memory of the process so far, GiB.</summary>
    private static double PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / (double)(1L << 30);
    }
}
