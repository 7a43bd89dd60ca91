using Hone.Settings;

namespace Hone.Cli;

/// <summary>Says what a run would take, without loading a weight.</summary>
internal sealed class PlanVerb : Verb<PlanSettings>
{
    public override string Name => "plan";

    public override string Summary => "Memory, parameters, operations and expected time of a run, before anything is loaded.";

    public override string Example => "plan examples/quickstart.yaml";

    protected override ExitCode Run(PlanSettings settings, CliConsole console, CancellationToken cancellation)
    {
        using var session = TrainingVerb<SftSettings>.Prepare(settings, console, withWeights: false, cancellation);
        var report = new PlanReport(session);
        report.Show(console, details: true);
        report.ShowSupervision(console);
        console.JsonLine(report.ToJson());
        return ExitCode.Done;
    }
}
