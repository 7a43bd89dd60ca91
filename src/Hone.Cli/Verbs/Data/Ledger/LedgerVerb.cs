using System.Globalization;
using Hone.Data;
using Hone.Settings;
using Hone.Training;

namespace Hone.Cli;

/// <summary>What the verbs that look at rows before a run share: the rows as the run would read them, each with its account.</summary>
internal abstract class LedgerVerb<TSettings> : Verb<TSettings>
    where TSettings : PlanSettings, new()
{
    public override bool Lists(SettingInfo setting) => RowSettings.Include(setting);

    /// <summary>Reads the rows of a run; those that can't be used are in the account.</summary>
    private protected static TrainingSession Read(PlanSettings settings, CliConsole console, CancellationToken cancellation, bool provesRendering = false)
    {
        using var progress = new WorkProgress(console, "tokenizing", "rows");
        return TrainingSession.Inspect(settings, provesRendering, progress.Report, DownloadDisplay.Access(console, settings.UseHf), cancellation);
    }

    /// <summary>The data sets by name, with what is learned of them.</summary>
    private protected static List<(string Name, SupervisionSummary Summary)> Sets(TrainingSession session)
    {
        var sets = new List<(string, SupervisionSummary)> { ("training", SupervisionSummary.Of(session, session.Train.Report)) };
        if (session.Validation is { } validation) sets.Add(("validation", SupervisionSummary.Of(session, validation.Report)));
        return sets;
    }

    /// <summary>Rows, tokens, what is learned, and what became of every other row.</summary>
    private protected static void Show(CliConsole console, PlanSettings settings, IReadOnlyList<(string Name, SupervisionSummary Summary)> sets)
    {
        foreach (var (name, summary) in sets)
        {
            console.Heading(name == "training" ? "Supervision" : "Supervision of " + name);
            console.Facts([("rows", Text($"{summary.Report.Rows:N0} read")), .. WithValidation(settings, name) ? [("split", Split(settings))] : ((string, string)[])[], ("used", SupervisionSummary.Size(summary.Report)), .. summary.Details()]);
        }
    }

    /// <summary>Whether some of the set's rows are validation rows in a run.</summary>
    private protected static bool WithValidation(PlanSettings settings, string name) => name == "training" && settings.SplitDatasetRatio > 0;

    /// <summary>What a run holds back is looked at with the others: a row that can't be used is none for validation either.</summary>
    private static string Split(PlanSettings settings) =>
        Text($"all figures are of training and validation rows together: the run holds {settings.SplitDatasetRatio:P1} of the rows used back for validation");

    private protected static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
