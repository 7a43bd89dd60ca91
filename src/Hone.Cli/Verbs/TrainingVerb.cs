using System.Globalization;
using Hone.Hub;
using Hone.Inference;
using Hone.Settings;
using Hone.Training;

namespace Hone.Cli;

/// <summary>What <c>sft</c> and <c>pt</c> share: plan, supervision, live progress, questions before and after, next commands.</summary>
internal abstract class TrainingVerb<TSettings> : InterruptibleVerb<TSettings>
    where TSettings : TrainingSettings, new()
{
    private const string Finishing = "Interrupted: finishing the step and saving… (again: not the whole step, only the micro-batch)";

    private const string FinishingLess = "Interrupted again: finishing the micro-batch and saving… (again: leave at once, without saving)";

    private const string Answering = "Interrupted: leaving out the answers; the run is finished and saved.";

    public override string? OnInterrupt => "Interrupted: stopping; training has not begun, so there is nothing to save. (again: leave at once)";

    protected override ExitCode Run(TSettings settings, CliConsole console, Interruption interruption) =>
        Train(settings, console, interruption.Expect, interruption.Token, interruption.UrgentToken);

    /// <summary>From plan to next commands.</summary>
    /// <param name="settings">The run.</param>
    /// <param name="console">Where to print.</param>
    /// <param name="expect">Told what interrupts mean from now on, as <see cref="Interruption.Expect"/> is.</param>
    /// <param name="stop">Leave before training; during it finish the step and save; after it leave out the answers.</param>
    /// <param name="stopNow">Finish the micro-batch only and save.</param>
    internal static ExitCode Train(
        TSettings settings, CliConsole console, Func<string?, string?, bool> expect, CancellationToken stop, CancellationToken stopNow)
    {
        using var session = Prepare(settings, console, withWeights: true, stop);
        var report = new PlanReport(session);
        report.Show(console, details: false);
        report.ShowSupervision(console);
        session.StartTimes.Done("report");
        using var display = new TrainingDisplay(console, report.Flops.Of, report.PeakGigaflops, session.StartTimes);
        session.Start(display);
        stop.ThrowIfCancellationRequested();
        var before = Ask(session, settings, stop);

        // From here on a checkpoint is promised, and the run's folder is opened to keep it.
        if (!expect(Finishing, FinishingLess)) throw new OperationCanceledException(stop);
        var result = session.Run(stop, stopNow);
        display.Dispose();
        if (!result.Interrupted) expect(Answering, null);
        return Conclude(session, settings, console, result, before, stop);
    }

    /// <summary>Prepares a run and shows how fast rows are read.</summary>
    internal static TrainingSession Prepare(TrainingSettings settings, CliConsole console, bool withWeights, CancellationToken cancellation)
    {
        using var progress = new WorkProgress(console, "tokenizing", "rows");
        return TrainingSession.Prepare(settings, progress.Report, DownloadDisplay.Access(console, settings.UseHf), withWeights, cancellation);
    }

    private static ExitCode Conclude(TrainingSession session, TSettings settings, CliConsole console, SftResult result, IReadOnlyList<string> before,
        CancellationToken cancellation)
    {
        if (result.Streamed is { } rows)
        {
            console.Line(string.Create(CultureInfo.InvariantCulture,
                $"Rows read: {rows.Rows:N0}, of which {rows.Samples:N0} are used, {rows.Rejected:N0} can't be, {rows.TooLong:N0} are too long; {rows.Tokens:N0} tokens, {rows.LearnedTokens:N0} of them learned."));
        }

        if (result.Interrupted)
        {
            console.Line($"Stopped after step {result.GlobalStep:N0} of {result.TotalSteps:N0}; the state is saved. Go on with the same command and");
            if (result.LastModelCheckpoint is { } last) console.Line($"  --resume_from_checkpoint {Paths.Typed(last)}");
        }
        else
        {
            if (settings.LoadBestModelAtEnd && result.BestModelCheckpoint is { } best && best != result.LastModelCheckpoint) session.LoadCheckpoint(best);
            var after = cancellation.IsCancellationRequested ? [] : Ask(session, settings, cancellation);
            if (!cancellation.IsCancellationRequested) ShowAnswers(console, settings.ProbeQuestions, before, after);
            ShowNext(console, settings, result);
        }

        console.JsonLine(ResultJson.Of(result));
        return result.ExitCode;
    }

    private static List<string> Ask(TrainingSession session, TSettings settings, CancellationToken cancellation)
    {
        if (settings.ProbeQuestions.Count == 0 || session.Tokenizer is null) return [];
        using var model = new ChatModel(session.Decoder, session.Tokenizer, session.Template.Template);
        using var chat = model.StartChat(new GenerationOptions { MaxNewTokens = settings.ProbeMaxNewTokens }, settings.System,
            Math.Min(session.Spec.MaxPositions, 1024));
        var answers = new List<string>();
        foreach (var question in settings.ProbeQuestions)
        {
            chat.Reset();
            answers.Add(chat.Ask(question, cancellation: cancellation).Text.Trim());
        }

        return answers;
    }

    private static void ShowAnswers(CliConsole console, IReadOnlyList<string> questions, IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        if (before.Count == 0) return;
        console.Line();
        console.Heading("The same questions, before and after");
        console.Table(["question", "before", "after"], [.. questions.Select((q, i) => (IReadOnlyList<string>)[q, before[i], after[i]])]);
    }

    private static void ShowNext(CliConsole console, TSettings settings, SftResult result)
    {
        if (result.BestModelCheckpoint is not { } best) return;
        var checkpoint = Paths.Typed(best);
        var model = Paths.Typed(ModelFolders.InFull(settings.Model!, settings.ModelRevision, settings.UseHf));
        var chat = settings.System is { } system ? $" --system {Paths.Quoted(system)}" : "";
        console.Line();
        console.Heading("Next");
        if (settings.TunerType == TunerType.Lora)
        {
            console.Line($"  ./hone infer --model {model} --adapters {checkpoint}{chat}");
            console.Line($"  ./hone merge-lora --model {model} --adapters {checkpoint}");
        }
        else
        {
            console.Line($"  ./hone infer --model {checkpoint}{chat}");
        }

        if (result.LogHistory.Count > 0) console.Line(string.Create(CultureInfo.InvariantCulture, $"  curves: {Paths.Relative(result.RunDirectory!)}/images"));
    }
}
