using System.Globalization;
using Hone.Training;

namespace Hone.Cli;

/// <summary>Shows a run as it goes: one live line on a terminal, plain lines at logging steps elsewhere.</summary>
internal sealed class TrainingDisplay : ITrainingObserver, IDisposable
{
    private readonly CliConsole _console;
    private readonly LiveProgress _live;
    private readonly Func<double, double, double> _flops;
    private readonly double _peakGigaflops;
    private StepProgress _last;
    private StartTimes? _startTimes;

    /// <param name="console">Where to show it.</param>
    /// <param name="flops">Operations of a step with so many tokens and learned tokens.</param>
    /// <param name="peakGigaflops">Measured peak of the machine; 0 when not measured.</param>
    /// <param name="startTimes">Goes on to the first step and is then shown with HONE_DEBUG; null leaves that out.</param>
    public TrainingDisplay(CliConsole console, Func<double, double, double> flops, double peakGigaflops, StartTimes? startTimes = null)
    {
        _startTimes = startTimes;
        _console = console;
        _flops = flops;
        _peakGigaflops = peakGigaflops;
        _live = console.StartProgress();
    }

    public void Opened(string runDirectory) => _console.Line($"Writing {Paths.Relative(runDirectory)}");

    public void Started(TrainingPlan plan, int startStep)
    {
        _startTimes?.Done("questions");
        if (startStep > 0) _console.Line($"Resuming after step {startStep:N0} of {plan.TotalSteps:N0}.");
    }

    public void StepCompleted(in StepReport report)
    {
        var share = _peakGigaflops > 0
            ? _flops(report.Tokens, report.LearnedTokens) / Math.Max(report.Duration.TotalSeconds, 1e-9) / (_peakGigaflops * 1e9)
            : 0;
        _last = new StepProgress
        {
            Step = report.Step,
            TotalSteps = report.TotalSteps,
            Loss = report.Loss,
            TokenAccuracy = report.TokenAccuracy,
            GradNorm = report.GradNorm,
            LearningRate = report.LearningRate,
            TokensPerSecond = report.TokensPerSecond,
            PeakShare = share,
            Remaining = report.Remaining,
        };
        _live.Step(_last);
        ShowStartTimes();
    }

    private void ShowStartTimes()
    {
        _startTimes?.Done("first step");
        if (_console.IsDebug && _startTimes is not null) _console.Notice($"start: {_startTimes}");
        _startTimes = null;
    }

    public void Logged(LogEntry entry)
    {
        if (!double.IsNaN(entry["loss"])) _live.Log(_last);
    }

    public void EvaluationCompleted(LogEntry entry) => _console.Line(string.Create(CultureInfo.InvariantCulture,
        $"  validation after step {entry.Step}: loss {entry["eval_loss"]:F4}, token accuracy {entry["eval_token_acc"]:P1}"));

    public void CheckpointSaved(string path, bool isBest) => _console.Line($"  saved {Paths.Relative(path)}{(isBest ? " (best so far)" : "")}");

    public void Warned(string message) => _console.Notice("warning: " + message);

    public void Dispose() => _live.Dispose();
}
