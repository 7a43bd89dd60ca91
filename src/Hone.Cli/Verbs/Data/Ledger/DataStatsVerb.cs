using Hone.Settings;

namespace Hone.Cli;

/// <summary><c>hone data stats</c>: what is learned of a data set, in figures.</summary>
internal sealed class DataStatsVerb : LedgerVerb<PlanSettings>
{
    public override string Name => "data stats";

    public override string Summary => "What a run would learn, in figures: tokens by role, end tokens, lengths, duplicates, packing.";

    public override string Example => "data stats examples/quickstart.yaml";

    protected override ExitCode Run(PlanSettings settings, CliConsole console, CancellationToken cancellation)
    {
        using var session = Read(settings, console, cancellation);
        var sets = Sets(session);
        foreach (var (name, summary) in sets)
        {
            Show(console, settings, [(name, summary)]);
            console.Line();
            ShowRoles(console, summary);
            ShowLengths(console, summary);
        }

        console.JsonLine(JsonText.Line(json =>
        {
            foreach (var (name, summary) in sets)
            {
                json.WriteStartObject(name);
                SupervisionJson.Write(json, summary, WithValidation(settings, name));
                json.WriteEndObject();
            }
        }));
        return ExitCode.Done;
    }

    private static void ShowRoles(CliConsole console, SupervisionSummary summary)
    {
        console.Table(["role", "tokens", "learned", "share"], [.. summary.Report.Roles.Select(r => (IReadOnlyList<string>)
            [SupervisionSummary.NameOf(r.Role), Text($"{r.Tokens:N0}"), Text($"{r.LearnedTokens:N0}"), SupervisionSummary.Share(r.LearnedTokens, r.Tokens)])]);
        console.Line();
    }

    private static void ShowLengths(CliConsole console, SupervisionSummary summary)
    {
        var lengths = summary.Report.Lengths;
        console.Heading("Length in tokens");
        console.Line("  " + string.Join("   ", LengthChart.Percentiles.Select(p => Text($"{p.Name} {lengths.Percentile(p.Share):N0}"))));
        foreach (var line in LengthChart.Lines(lengths, console.Width)) console.Line(line);
        console.Line();
    }
}
