using System.Globalization;
using Hone.Inference;
using Hone.Settings;
using Hone.Training;

namespace Hone.Cli;

/// <summary>What <c>sft</c> and <c>pt</c> share: plan, supervision, live progress, questions before and after, next commands.</summary>
internal abstract class TrainingVerb<TSettings> : Verb<TSettings>
    where TSettings : TrainingSettings, new()
{
    public override string? OnInterrupt => "Interrupted: finishing the step and saving…";

    protected override ExitCode Run(TSettings settings, CliConsole console, CancellationToken cancellation)
    {
        using var session = TrainingSession.Prepare(settings, cancellation: cancellation);
        var report = new PlanReport(session);
        report.Show(console, details: false);
        report.ShowSupervision(console);
        using var display = new TrainingDisplay(console, report.Flops.Of, report.PeakGigaflops);
        session.Start(display);
        console.Line($"Writing {Paths.Relative(session.RunDirectoryPath)}");
        var before = Ask(session, settings);
        var result = session.Run(cancellation);
        display.Dispose();
        return Conclude(session, settings, console, result, before);
    }

    private static ExitCode Conclude(TrainingSession session, TSettings settings, CliConsole console, SftResult result, IReadOnlyList<string> before)
    {
        if (result.Interrupted)
        {
            console.Line($"Stopped after step {result.GlobalStep:N0} of {result.TotalSteps:N0}; the state is saved. Go on with the same command and");
            console.Line($"  --resume_from_checkpoint {Paths.Relative(result.LastModelCheckpoint!)}");
        }
        else
        {
            if (settings.LoadBestModelAtEnd && result.BestModelCheckpoint != result.LastModelCheckpoint) session.LoadCheckpoint(result.BestModelCheckpoint!);
            ShowAnswers(console, settings.ProbeQuestions, before, Ask(session, settings));
            ShowNext(console, settings, result);
        }

        console.JsonLine(ResultJson.Of(result));
        return result.ExitCode;
    }

    private static List<string> Ask(TrainingSession session, TSettings settings)
    {
        if (settings.ProbeQuestions.Count == 0 || session.Template is null) return [];
        using var model = new ChatModel(session.Decoder, session.Tokenizer, session.Template);
        using var chat = model.StartChat(new GenerationOptions { MaxNewTokens = settings.ProbeMaxNewTokens }, settings.System,
            Math.Min(session.Spec.MaxPositions, 1024));
        var answers = new List<string>();
        foreach (var question in settings.ProbeQuestions)
        {
            chat.Reset();
            answers.Add(chat.Ask(question).Text.Trim());
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
        var checkpoint = Paths.Relative(result.BestModelCheckpoint!);
        var model = Paths.Relative(settings.Model!);
        console.Line();
        console.Heading("Next");
        if (settings.TunerType == TunerType.Lora)
        {
            console.Line($"  ./hone infer --model {model} --adapters {checkpoint}");
            console.Line($"  ./hone merge-lora --model {model} --adapters {checkpoint}");
        }
        else
        {
            console.Line($"  ./hone infer --model {checkpoint}");
        }

        if (result.LogHistory.Count > 0) console.Line(string.Create(CultureInfo.InvariantCulture, $"  curves: {Paths.Relative(result.RunDirectory!)}/images"));
    }
}
