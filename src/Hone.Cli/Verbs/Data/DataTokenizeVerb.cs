using System.Diagnostics;
using System.Globalization;
using Hone.Data;
using Hone.Settings;
using Hone.Training;

namespace Hone.Cli;

/// <summary><c>hone data tokenize</c>: fills the token cache for the run that has the same settings.</summary>
internal sealed class DataTokenizeVerb : Verb<PlanSettings>
{
    public override string Name => "data tokenize";

    public override string Summary => "Tokenize a run's rows beforehand, into the token cache.";

    public override string Example => "data tokenize examples/quickstart.yaml";

    public override bool Lists(SettingInfo setting) => RowSettings.Include(setting) || setting.Name == "strict";

    protected override ExitCode Run(PlanSettings settings, CliConsole console, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        using var session = Tokenize(settings, console, cancellation);
        var elapsed = Stopwatch.GetElapsedTime(start);
        var sets = new List<(string Name, LoadedDataset Data)> { ("train", session.Train) };
        if (session.Validation is { } validation) sets.Add(("validation", validation));
        foreach (var (name, data) in sets) Show(console, name, data);
        console.Facts([("time", Figures.Seconds(elapsed))]);
        console.JsonLine(JsonText.Line(json =>
        {
            json.WriteNumber("seconds", elapsed.TotalSeconds);
            foreach (var (name, data) in sets)
            {
                json.WriteStartObject(name);
                json.WriteNumber("rows", data.Report.Rows);
                json.WriteNumber("samples", data.Report.Samples);
                json.WriteNumber("tokens", data.Report.Tokens);
                json.WriteNumber("learned_tokens", data.Report.LearnedTokens);
                json.WriteString("cache", data.TokensFrom);
                LeftOutRows.Write(json, data.Report);
                json.WriteEndObject();
            }
        }));
        return ExitCode.Done;
    }

    private static TrainingSession Tokenize(PlanSettings settings, CliConsole console, CancellationToken cancellation)
    {
        using var progress = new WorkProgress(console, "tokenizing", "rows");
        return TrainingSession.WithData(settings with { TokenCache = true, Streaming = false }, progress.Report, DownloadDisplay.Access(console, settings.UseHf), cancellation: cancellation);
    }

    private static void Show(CliConsole console, string name, LoadedDataset data)
    {
        var report = data.Report;
        console.Facts(
        [
            (name, string.Create(CultureInfo.InvariantCulture, $"{report.Samples:N0} of {report.Rows:N0} rows, {report.Tokens:N0} tokens, {report.LearnedTokens:N0} of them learned")),
            ("tokens", data.TokensFrom ?? "not kept: the data can be read only once"),
        ]);
        LeftOutRows.Print(console, report);
    }
}
