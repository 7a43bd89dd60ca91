using System.Diagnostics;
using Hone.Data.Storage;
using Hone.Data.Streaming;
using Hone.Models;
using Hone.Settings;
using Hone.Tensors;
using Hone.Training.Batches;
using Hone.Training.Checkpoints;
using Hone.Training.Optimizers;
using Hone.Training.Runs;
using Hone.Training.Schedules;

namespace Hone.Training;

/// <summary>
/// The one training loop. Full and LoRA, packed or not, with or without validation, are the same loop over whatever the decoder says
/// is trainable. Unless loss_normalization says otherwise, the loss of a step is normalised over all its micro-batches: their
/// weights are summed before the first of them runs, so accumulation and packing don't change it.
/// </summary>
public sealed partial class Trainer : IDisposable
{
    private readonly Decoder decoder;
    private readonly SampleList train;
    private readonly SampleStream? stream;
    private readonly SampleList validation;
    private readonly TrainerOptions options;
    private readonly TrainingSettings settings;
    private RunDirectory? run;
    private readonly ITrainingObserver observer;
    private readonly LearningRateSchedule schedule;
    private readonly AdamWOptimizer optimizer;
    private readonly DecoderWorkspace workspace;
    private readonly MicroBatch batch;
    private TrainingProgress progress = new();
    private BatchSource epoch;
    private long startTime = Stopwatch.GetTimestamp();
    private int startStep;
    private RunFingerprint? fingerprint;

    /// <summary>Plans the run and allocates everything that it will need.</summary>
    /// <param name="decoder">The model, with its adapter; it must outlive the trainer.</param>
    /// <param name="train">Training samples.</param>
    /// <param name="validation">Validation samples, or none.</param>
    /// <param name="options">The run.</param>
    /// <param name="run">Where to write; null writes nothing.</param>
    /// <param name="observer">Hears what happens.</param>
    /// <exception cref="HoneException">There is nothing to train on, nothing to train, or not enough memory.</exception>
    public Trainer(Decoder decoder, IReadOnlyList<TokenizedSample> train, IReadOnlyList<TokenizedSample> validation,
        TrainerOptions options, RunDirectory? run = null, ITrainingObserver? observer = null)
        : this(decoder, train, null, validation, options, run, observer)
    {
    }

    /// <summary>Plans a run on rows that are read as it goes on, and allocates everything that it may need.</summary>
    /// <param name="decoder">The model, with its adapter; it must outlive the trainer.</param>
    /// <param name="stream">Training rows, not started yet; they must outlive the trainer.</param>
    /// <param name="validation">Validation samples, or none.</param>
    /// <param name="options">The run.</param>
    /// <param name="run">Where to write; null writes nothing.</param>
    /// <param name="observer">Hears what happens.</param>
    /// <exception cref="HoneException">There is nothing to train, or not enough memory.</exception>
    public Trainer(Decoder decoder, SampleStream stream, IReadOnlyList<TokenizedSample> validation,
        TrainerOptions options, RunDirectory? run = null, ITrainingObserver? observer = null)
        : this(decoder, [], stream, validation, options, run, observer)
    {
    }

    private Trainer(Decoder decoder, IReadOnlyList<TokenizedSample> train, SampleStream? stream, IReadOnlyList<TokenizedSample> validation,
        TrainerOptions options, RunDirectory? run, ITrainingObserver? observer)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(options);
        (this.decoder, this.stream, this.options, this.run) = (decoder, stream, options, run);
        (this.train, this.validation) = (SampleList.Of(train), SampleList.Of(validation));
        this.observer = observer ?? new SilentObserver();
        settings = options.Settings;
        Plan = stream is null ? new TrainingPlan(this.train, this.validation, options) : TrainingPlan.OfStream(this.validation, options);
        epoch = stream is null ? Epoch(0) : new StreamedBatches(stream, StreamPosition.Start, 0, Plan.MicroBatchesPerEpoch, this.observer.Warned);
        schedule = new LearningRateSchedule(settings.LrSchedulerType, settings.EffectiveLearningRate,
            settings.EffectiveWarmupSteps(Plan.TotalSteps), Plan.TotalSteps);
        var trainable = decoder.TrainableParameters.Select(p => (p.Name, p.Value, p.Gradient)).ToArray();
        if (trainable.Length == 0) throw new InvalidOperationException("The decoder has no trainable parameters.");
        optimizer = new AdamWOptimizer(decoder.Kernels, trainable, AdamWOptions.From(settings));
        workspace = new DecoderWorkspace(decoder, Plan.Shape(options.GradientCheckpointing, options.FewLogits));
        batch = new MicroBatch(Plan.MaxTokens);
    }

    /// <summary>What the run will do.</summary>
    public TrainingPlan Plan { get; }

    /// <summary>Native bytes of optimizer and workspace.</summary>
    internal long AllocatedBytes => optimizer.Bytes + workspace.Bytes;

    /// <summary>Puts the run where a checkpoint left it. Call before <see cref="Run"/>.</summary>
    /// <param name="checkpoint">A folder from <see cref="ResumePoint.Find"/>.</param>
    /// <exception cref="HoneException">
    /// The checkpoint can't be read, or belongs to another run: every difference is named. What accept_changed_settings lets pass is told
    /// to the observer.
    /// </exception>
    public void Resume(string checkpoint)
    {
        var state = CheckpointContents.ReadState(checkpoint);
        var changed = Fingerprint().RequireResumable(state, settings.AcceptChangedSettings, checkpoint);
        if (changed.Length > 0) observer.Warned($"The resumed run differs from the one that was stopped: {changed}.");
        epoch = stream is null ? Epoch(state.Progress.Epoch) : StreamFrom(stream, state.Progress, checkpoint);
        if (state.Progress.MicroBatch > epoch.Count)
            throw CheckpointContents.Unusable(checkpoint, $"micro-batch {state.Progress.MicroBatch} of {epoch.Count} is the next", null);
        if (state.Progress.GlobalStep >= Plan.TotalSteps)
            throw new HoneException(ExitCode.Usage, $"The run is finished: the checkpoint has all {Plan.TotalSteps:N0} steps.", checkpoint,
                "Use it as it is, resume from an earlier checkpoint, or start a new run.");
        CheckpointContents.ReadTensors(checkpoint, optimizer, state, decoder.Kernels);
        progress = state.Progress;
        startStep = progress.GlobalStep;
        if (run is not null) GoOnIn(run, checkpoint);
    }

    private PlannedBatches Epoch(int number) => new(Plan.Epoch(number), train, options.RowName);

    private StreamedBatches StreamFrom(SampleStream rows, TrainingProgress from, string checkpoint) => new(rows,
        from.Stream ?? throw CheckpointContents.Unusable(checkpoint, "it does not say where its stream of rows stands", null),
        from.MicroBatch / Plan.AccumulationSteps * Plan.AccumulationSteps, Plan.MicroBatchesPerEpoch, observer.Warned);

    /// <summary>Writes into a folder from now on: it is opened when nothing can be wrong with the run any more.</summary>
    /// <param name="directory">The folder of the run.</param>
    /// <param name="resumed">What was given to <see cref="Resume"/>; null when the run is new.</param>
    internal void WriteTo(RunDirectory directory, string? resumed)
    {
        run = directory;
        if (resumed is not null) GoOnIn(directory, resumed);
    }

    private void GoOnIn(RunDirectory run, string checkpoint)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(checkpoint)) == run.Path) lastSaved = CheckpointName.Parse(Path.GetFileName(checkpoint));

        // First what can fail and takes nothing away: with the later checkpoints in place, the arguments and the log are still theirs.
        if (lastSaved is { } name && run.Checkpoints.SetAsideAfter(name) is { } aside)
            observer.Warned($"The run goes on from {name}; its later checkpoints are not part of it any more and are in {aside} now.");
        run.GoOn(progress.LogHistory, startStep, Plan.TotalSteps);
        if (BestName is { } best && !Directory.Exists(run.Checkpoints.PathOf(best)))
            (progress.BestMetric, progress.BestStep, progress.BestCheckpoint) = (null, null, null);
        if (lastSaved is { } saved) Around(saved, () => Link(run, saved));
    }

    /// <summary>Trains to the end, or until asked to stop.</summary>
    /// <param name="stop">Finish the running step, save, and return.</param>
    /// <param name="stopNow">Finish the running micro-batch only, save with its gradients, and return.</param>
    /// <returns>What the run left behind.</returns>
    /// <exception cref="HoneException">A loss or gradient is not finite, or a checkpoint can't be saved.</exception>
    public SftResult Run(CancellationToken stop = default, CancellationToken stopNow = default)
    {
        startTime = Stopwatch.GetTimestamp();
        observer.Started(Plan, startStep);
        while (progress.GlobalStep < Plan.TotalSteps)
        {
            if (stop.IsCancellationRequested || stopNow.IsCancellationRequested || !Step(stopNow))
            {
                Save();
                return Finish(interrupted: true);
            }

            AfterStep();
        }

        return Finish(interrupted: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        workspace.Dispose();
        optimizer.Dispose();
    }

    /// <summary>One optimizer step; false when it was cut short.</summary>
    private bool Step(CancellationToken stopNow)
    {
        if (progress.MicroBatch >= epoch.Count)
        {
            progress.Epoch++;
            progress.MicroBatch = 0;
            epoch = Epoch(progress.Epoch);
        }

        var began = Stopwatch.GetTimestamp();
        var first = progress.MicroBatch / Plan.AccumulationSteps * Plan.AccumulationSteps;
        var end = Math.Min(first + Plan.AccumulationSteps, epoch.Count);
        epoch.Require(first, end);
        var divisor = new StepDivisor(settings.LossNormalization, epoch, first, end);
        if (!divisor.LearnsSomething) throw NothingToLearn(first, end);
        for (var i = progress.MicroBatch; i < end; i++)
        {
            RunMicroBatch(i, i - first, divisor[i]);
            observer.MicroBatchCompleted(progress.GlobalStep + 1, i - first + 1, end - first);
            if (stopNow.IsCancellationRequested && i + 1 < end) return false;
        }

        var norm = optimizer.GradientNorm();
        if (!double.IsFinite(norm)) throw Diverged("gradient norm", norm, first, end);
        if (progress.GlobalStep == 0 && settings.SaveGradients is { } path) SaveGradients(path);
        var rate = schedule[progress.GlobalStep];
        optimizer.Step(rate, norm);
        CompleteStep(norm, rate, Stopwatch.GetElapsedTime(began));
        return true;
    }

    private void RunMicroBatch(int index, int indexInStep, double divisor)
    {
        epoch.Fill(index, batch);
        var key = CounterRandom.Stream("dropout", (ulong)settings.Seed,
            (ulong)progress.GlobalStep * (ulong)Plan.AccumulationSteps + (ulong)indexInStep);
        var totals = workspace.Train(batch, (float)(1 / divisor), key);
        if (!double.IsFinite(totals.WeightedLoss)) throw Diverged("loss", totals.WeightedLoss, index, index + 1);
        progress.Step = progress.Step.Add(new(totals.WeightedLoss / divisor, totals.Targets, totals.Correct, batch.TokenCount));
        progress.MicroBatch = index + 1;
    }

    private void CompleteStep(double norm, double rate, TimeSpan duration)
    {
        var tally = progress.Step;
        progress.GlobalStep++;
        progress.TokensSeen += tally.Tokens;
        progress.Window = progress.Window.Add(tally);
        progress.WindowSteps++;
        progress.WindowSeconds += duration.TotalSeconds;
        progress.Step = default;
        lastStep = new StepReport
        {
            Step = progress.GlobalStep,
            TotalSteps = Plan.TotalSteps,
            Epoch = Epochs,
            Loss = tally.Loss,
            TokenAccuracy = tally.Accuracy(),
            GradNorm = norm,
            LearningRate = rate,
            Tokens = tally.Tokens,
            LearnedTokens = tally.Targets,
            Duration = duration,
            Elapsed = Elapsed,
            Remaining = Remaining,
        };
        observer.StepCompleted(lastStep);
    }

    private HoneException NothingToLearn(int first, int end) => new(ExitCode.Data,
        $"Step {progress.GlobalStep + 1} has nothing to learn: no token of its rows has a loss weight.", Rows(first, end),
        "Leave such rows out, or check the template and the roles in them.");

    private HoneException Diverged(string what, double value, int first, int end) => new(ExitCode.Diverged,
        $"Training diverged: the {what} of step {progress.GlobalStep + 1} is {value}.", Rows(first, end),
        "Nothing was saved after the step before. Resume from the last checkpoint with a lower learning_rate, a longer warm-up or a smaller "
        + "max_grad_norm, and look at the rows named here.");

    private string Rows(int first, int end)
    {
        const int Most = 16;
        var rows = new List<string>();
        for (var i = first; i < end; i++)
        {
            rows.AddRange(epoch.RowsOf(i));
        }

        return string.Join(", ", rows.Take(Most)) + (rows.Count > Most ? $" and {rows.Count - Most} more" : "");
    }

    private RunFingerprint Fingerprint() => fingerprint ??= new RunFingerprint(options, Plan, schedule, decoder, train, stream);

    private sealed class SilentObserver : ITrainingObserver;
}
