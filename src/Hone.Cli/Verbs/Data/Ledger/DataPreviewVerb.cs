using Hone.Data.Ledger;
using Hone.Settings;
using Hone.Training;

namespace Hone.Cli;

/// <summary><c>hone data preview</c>: rows as the model sees them, in the terminal, as an HTML file, or as JSON.</summary>
internal sealed class DataPreviewVerb : LedgerVerb<DataPreviewSettings>
{
    public override string Name => "data preview";

    public override string Summary => "Show rows as the model sees them: every token, learned or not, and what became of the other rows.";

    public override string Example => "data preview examples/quickstart.yaml --rows 3 --html preview.html";

    protected override ExitCode Run(DataPreviewSettings settings, CliConsole console, CancellationToken cancellation)
    {
        using var session = Read(settings, console, cancellation);
        var sets = Sets(session);
        var rows = Rows(settings, session, cancellation);
        Show(console, settings, sets);
        console.Line();
        var text = new LedgerText(console);
        if (!console.Json && rows.Count > 0) text.ShowLegend();
        if (!console.Json) rows.ForEach(text.Show);
        if (settings.Html is { } path)
        {
            using var file = new ResultFile(path);
            new LedgerPage(file.Writer).Write(Title(settings), sets, rows);
            file.Place();
            console.Line();
            console.Line($"The same as a page: {Paths.Relative(path)}");
        }

        console.JsonLine(JsonText.Line(json =>
        {
            foreach (var (name, summary) in sets)
            {
                json.WriteStartObject(name);
                SupervisionJson.Write(json, summary, WithValidation(settings, name));
                json.WriteEndObject();
            }

            json.WriteStartArray("shown");
            foreach (var row in rows) SupervisionJson.Write(json, row);
            json.WriteEndArray();
        }));
        return ExitCode.Done;
    }

    private static List<LedgerRow> Rows(DataPreviewSettings settings, TrainingSession session, CancellationToken cancellation)
    {
        if (settings.Row.Count == 0) return [.. session.Rows(_ => true, cancellation).Take(settings.Rows)];
        var names = settings.Row.Select(RowName.Parse).ToList();
        var found = new List<LedgerRow>();
        foreach (var row in session.Rows(location => names.Any(n => n.Is(location)), cancellation))
        {
            found.Add(row);
            names.RemoveAll(n => n.Is(row.Location));
            if (names.Count == 0) break;
        }

        return names.Count == 0 ? found : throw new HoneException(ExitCode.Data, $"There is no row {string.Join(" and no row ", names)}.", string.Join(", ", settings.Dataset),
            "Name rows as the reports do: by their number, or as file:number.");
    }

    private static string Title(DataPreviewSettings settings) =>
        string.Join(", ", settings.Dataset.Select(d => Path.GetFileName(Path.TrimEndingDirectorySeparator(d)))) + " with " + Path.GetFileName(Path.TrimEndingDirectorySeparator(settings.Model!))
        + (WithValidation(settings, "training") ? "; training and validation rows together" : "");
}
