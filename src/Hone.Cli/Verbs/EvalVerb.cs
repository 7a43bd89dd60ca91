using System.Globalization;
using System.Text.Json;
using Hone.Data;
using Hone.Data.Schemas;
using Hone.Data.Sources;
using Hone.Inference;
using Hone.Models;
using Hone.Settings;
using Hone.Training;
using Hone.Training.Planning;

namespace Hone.Cli;

/// <summary><c>hone eval</c>: loss and token accuracy over rows, and each row's token log-probabilities.</summary>
internal sealed class EvalVerb : Verb<EvalSettings>
{
    public override string Name => "eval";

    public override string Summary => "Measure loss and token accuracy of a model on rows.";

    public override string Example => "eval --model models/hone-tiny --dataset examples/self_cognition.jsonl --model_name Hone --model_author 'the Hone project'";

    protected override ExitCode Run(EvalSettings settings, CliConsole console, CancellationToken cancellation)
    {
        using var model = LoadedModel.Describe(settings, settings.Template, console, mustRender: true, cancellation);
        using var data = LoadRows(settings, model, console, cancellation);
        using var file = settings.PerToken && settings.Output is { } path ? new ResultFile(path) : null;
        model.LoadWeights(settings.Threads, console, cancellation);
        var rows = settings.PerToken ? file?.Writer ?? console.Out : null;
        LossTotals totals;
        TimeSpan elapsed;
        using (var progress = new WorkProgress(console, "evaluating", "rows", data.Samples.Count, isQuiet: rows == console.Out && console.IsTerminal))
        {
            totals = Evaluator.Run(model.Decoder, data.Samples, settings.PerDeviceEvalBatchSize, rows is null ? null : row => Write(rows, row),
                done => progress.Report(done), cancellation);
            elapsed = progress.Elapsed;
        }

        file?.Place();
        if (rows == console.Out) console.Flush();
        else Report(console, settings, data, data.Report.Conversations > 0 ? model.Template?.Explanation : null, totals, elapsed);
        return ExitCode.Done;
    }

    private static LoadedDataset LoadRows(EvalSettings settings, LoadedModel model, CliConsole console, CancellationToken cancellation)
    {
        var spec = model.Spec;
        var loader = new DatasetLoader(model.Tokenizer, model.Template?.Template, model.StopIds, new DatasetOptions
        {
            Scope = settings.LossScale.Scope,
            LossRules = settings.LossScale.Rules,
            Columns = RowMapping.ParseColumns(settings.Columns),
            DatasetInfo = settings.CustomDatasetInfo,
            System = settings.System,
            ModelName = settings.ModelName,
            ModelAuthor = settings.ModelAuthor,
            MaxLength = RowLength.Of(settings.MaxLength, spec),
            Truncation = RowChoices.Of(settings.TruncationStrategy),
            VocabularySize = spec.VocabularySize,
            EndId = model.StopIds.Count > 0 ? model.Tokenizer?.EndId ?? model.StopIds[0] : null,
        });
        using var progress = new WorkProgress(console, "tokenizing", "rows");
        var sources = new DatasetSources(settings.CustomDatasetInfo, DownloadDisplay.Access(console, settings.UseHf), Registrations.Of(settings), cancellation).Open(settings.Dataset);
        var data = loader.Load(sources, progress.Report, cancellation);
        if (settings.Strict) data.Report.RequireEveryRow();
        return data;
    }

    private static void Write(TextWriter rows, RowScore row)
    {
        rows.Write(JsonText.Line(json =>
        {
            json.WriteNumber("row", row.Row);
            json.WriteNumber("loss", row.Loss);
            json.WriteNumber("tokens", row.Tokens);
            json.WriteStartArray("token_logprobs");
            foreach (var p in row.TokenLogProbabilities) json.WriteNumberValue(p);
            json.WriteEndArray();
        }));
        rows.Write('\n');
    }

    private static void Report(CliConsole console, EvalSettings settings, LoadedDataset data, string? template, LossTotals totals, TimeSpan elapsed)
    {
        var accuracy = totals.Correct / (double)totals.Targets;
        var facts = new List<(string, string)>
        {
            ("rows", Text($"{data.Report.Samples:N0} of {data.Report.Rows:N0}")),
            ("tokens", Text($"{data.Report.Tokens:N0}, {totals.Targets:N0} of them counted")),
        };
        if (template is not null) facts.Add(("template", template));
        if (settings.Metrics.Contains(EvalMetric.Loss)) facts.Add(("loss", Text($"{totals.MeanLoss:F4} (perplexity {Math.Exp(totals.MeanLoss):G5})")));
        if (settings.Metrics.Contains(EvalMetric.TokenAccuracy)) facts.Add(("token_acc", Text($"{100 * accuracy:F2} %")));
        facts.Add(("speed", Text($"{data.Report.Tokens / elapsed.TotalSeconds:N0} tokens/s, {Figures.Duration(elapsed)}")));
        console.Facts(facts);
        LeftOutRows.Print(console, data.Report);
        if (settings.Output is { } path) console.Line($"Each row's token log-probabilities: {Paths.Relative(path)}");
        console.JsonLine(JsonText.Line(json => Write(json, settings, data.Report, template, totals, accuracy, elapsed)));
    }

    private static void Write(Utf8JsonWriter json, EvalSettings settings, DatasetReport report, string? template, LossTotals totals, double accuracy, TimeSpan elapsed)
    {
        if (settings.Metrics.Contains(EvalMetric.Loss)) json.WriteNumber("loss", totals.MeanLoss);
        if (settings.Metrics.Contains(EvalMetric.TokenAccuracy)) json.WriteNumber("token_acc", accuracy);
        json.WriteString("template", template);
        json.WriteNumber("rows", report.Rows);
        json.WriteNumber("evaluated_rows", report.Samples);
        json.WriteNumber("tokens", report.Tokens);
        json.WriteNumber("counted_tokens", totals.Targets);
        json.WriteNumber("seconds", elapsed.TotalSeconds);
        LeftOutRows.Write(json, report);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
