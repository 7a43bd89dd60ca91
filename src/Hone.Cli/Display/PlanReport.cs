using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Data;
using Hone.Hub;
using Hone.Kernels.Cpu;
using Hone.Settings;
using Hone.Training;
using Hone.Training.Planning;

namespace Hone.Cli;

/// <summary>What a run will do, take and learn, in words and in JSON.</summary>
internal sealed class PlanReport
{
    /// <summary>Some hundred rounds; more would only keep the first step waiting.</summary>
    private const double SecondsForPeak = 0.1;

    private readonly TrainingSession _session;

    public PlanReport(TrainingSession session)
    {
        _session = session;
        Flops = session.Flops;
        PeakGigaflops = MachinePeak.MeasureGigaflops(session.Settings.Threads ?? 0, SecondsForPeak);
        Time = session.Forecast();
    }

    public FlopModel Flops { get; }

    public double PeakGigaflops { get; }

    public TimeForecast Time { get; }

    private TrainingSettings Settings => _session.Settings;

    /// <summary>Model, tuner, steps, memory and time.</summary>
    public void Show(CliConsole console, bool details)
    {
        var (spec, plan) = (_session.Spec, _session.Plan);
        console.Heading("Plan");
        console.Facts(
        [
            ("model", $"{Paths.Relative(Settings.Model!)}{(ModelFolders.CommitOf(Settings.Model!, _session.ModelFolder) is { } commit ? " at " + commit[..7] : "")}, {spec.Family}, {Figures.Count(spec.ParameterCount)} parameters"),
            ("training", Tuner()),
            ("steps", Steps(plan)),
            ("learning rate", Rate(plan)),
            ("memory", $"{ByteCount.Text(_session.Memory.TotalBytes)} at the peak{(_session.GradientCheckpointing ? ", with gradient checkpointing" : "")}; "
                + $"{ByteCount.Text(SystemMemory.AvailableBytes + SystemMemory.ResidentBytes)} are free"),
            .. _session.MemoryFit is { } fit ? [("max_memory", fit)] : ((string, string)[])[],
            ("operations", Operations(plan)),
            ("time", ExpectedTime()),
        ]);
        if (!details) return;
        console.Line();
        console.Heading("Memory");
        console.Table(["what for", "bytes", ""], [.. _session.Memory.Lines.Select(l => (IReadOnlyList<string>)[l.Purpose, l.Bytes.ToString("N0", CultureInfo.InvariantCulture), ByteCount.Text(l.Bytes)]),
            ["total", _session.Memory.TotalBytes.ToString("N0", CultureInfo.InvariantCulture), ByteCount.Text(_session.Memory.TotalBytes)]]);
    }

    /// <summary>Rows, tokens, what is learned, and what became of every other row.</summary>
    public void ShowSupervision(CliConsole console)
    {
        console.Line();
        console.Heading("Supervision");
        var streamed = _session.Stream is not null;
        (string, string)[] template = streamed || _session.Train.Report.Conversations > 0 ? [("template", _session.Template.Explanation)] : [];
        console.Facts([.. template, .. streamed ? [("training", Streamed())] : Supervision("training", _session.Train), .. _session.Validation is { } v ? Supervision("validation", v) : []]);
        if (!streamed) Warn(console, _session.Train.Report);
        console.Line();
    }

    public string ToJson()
    {
        var plan = _session.Plan;
        var report = _session.Stream is null ? _session.Train.Report : null;
        return new JsonObject
        {
            ["model"] = _session.ModelFolder,
            ["parameters"] = _session.Spec.ParameterCount,
            ["trainable_parameters"] = _session.TrainableParameters,
            ["total_steps"] = plan.TotalSteps,
            ["max_tokens_per_micro_batch"] = plan.MaxTokens,
            ["per_device_train_batch_size"] = Settings.PerDeviceTrainBatchSize,
            ["gradient_accumulation_steps"] = plan.AccumulationSteps,
            ["gradient_checkpointing"] = _session.GradientCheckpointing,
            ["max_memory"] = _session.MemoryFit,
            ["memory_bytes"] = _session.Memory.TotalBytes,
            ["memory"] = new JsonArray([.. _session.Memory.Lines.Select(l => new JsonObject { ["purpose"] = l.Purpose, ["bytes"] = l.Bytes })]),
            ["flops"] = Time.Operations,
            ["flops_per_step"] = Time.Operations / plan.TotalSteps,
            ["peak_gflops"] = PeakGigaflops,
            ["expected_gflops"] = Time.Gigaflops,
            ["expected_seconds"] = Time.Total.TotalSeconds,
            ["expected_step_seconds"] = Time.Step.TotalSeconds,
            ["expected_evaluation_seconds"] = Time.Evaluation.TotalSeconds,
            ["template"] = report is null or { Conversations: > 0 } ? _session.Template.Explanation : null,
            ["streaming"] = plan.IsStreamed,
            ["sources"] = report is null ? null : new JsonArray([.. report.Sources.Select(s => new JsonObject { ["name"] = s.Name, ["rows"] = s.Rows })]),
            ["rows"] = report?.Rows,
            ["samples"] = report?.Samples,
            ["tokens"] = report?.Tokens,
            ["learned_tokens"] = report?.LearnedTokens,
            ["rejected"] = report?.Rejected.Count,
            ["too_long"] = report?.TooLong.Count,
            ["truncated"] = report?.Truncated.Count,
        }.ToJsonString();
    }

    private static IEnumerable<(string, string)> Supervision(string name, LoadedDataset data)
    {
        var r = data.Report;
        yield return (name, string.Create(CultureInfo.InvariantCulture,
            $"{r.Samples:N0} rows, {r.Tokens:N0} tokens, {r.LearnedTokens:N0} of them learned ({(double)r.LearnedTokens / r.Tokens:P1}); longest {r.LongestSample:N0}"));
        if (name == "training" && (r.Sources.Count > 1 || r.Sources.Any(s => s.Note is not null))) yield return ("  from", string.Join("; ", r.Sources.Take(6)
            .Select(s => $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(s.Name))}: {s.Rows:N0} rows" + (s.Note is null ? "" : $" ({s.Note})"))) + (r.Sources.Count > 6 ? " …" : ""));
        if (r.Forms.Count > 0) yield return ("  read as", string.Join("; ", r.Forms.Take(4).Select(f => r.Forms.Count == 1 ? f.Form : $"{f.Form}: {f.Rows:N0} rows")) + (r.Forms.Count > 4 ? " …" : ""));
        if (r.UnusedColumns.Count > 0) yield return ("  not used", "columns " + string.Join(", ", r.UnusedColumns.Take(8).Select(c => c.Column)) + (r.UnusedColumns.Count > 8 ? " …" : ""));
        if (r.Channels.Count > 0) yield return ("  channels", string.Join("; ", r.Channels.OrderBy(c => c.Key, StringComparer.Ordinal).Take(8)
            .Select(c => $"{c.Key}: {c.Value.Samples:N0} rows, {c.Value.LearnedTokens:N0} tokens learned")) + (r.Channels.Count > 8 ? " …" : ""));
        if (r.Rejected.Count > 0) yield return ("  rejected", Rows(r.Rejected));
        if (r.TooLong.Count > 0) yield return ("  too long", Rows(r.TooLong));
        if (r.Truncated.Count > 0) yield return ("  truncated", Rows(r.Truncated));
        if (data.TokensFrom is { } cache) yield return ("  tokens", cache);
    }

    private string Streamed() => "rows are read while they are trained on, "
        + (Settings.Shuffle ? string.Create(CultureInfo.InvariantCulture, $"each drawn from {Settings.ShuffleBufferSize:N0} that wait") : "in the order of the files")
        + "; those that can't be used are counted as they come";

    private static string Rows(IReadOnlyList<RowError> rows) =>
        $"{rows.Count:N0} rows: {string.Join("; ", rows.Take(3))}{(rows.Count > 3 ? " …" : "")}";

    private static void Warn(CliConsole console, DatasetReport r)
    {
        if (r.TurnsWithoutEnd > 0)
            console.Notice($"warning: {r.TurnsWithoutEnd:N0} answers end without an end token that is learned; the model may not know when to stop.");
    }

    private string Tuner() => _session.Adapter is not { } adapter
        ? $"all weights, {Figures.Count(_session.TrainableParameters)} parameters"
        : string.Create(CultureInfo.InvariantCulture,
            $"LoRA r {adapter.Rank}, alpha {adapter.LoraAlpha}, {adapter.Target}: {Figures.Count(_session.TrainableParameters)} parameters ({(double)_session.TrainableParameters / _session.Spec.ParameterCount:P1})");

    private string Steps(TrainingPlan plan) => string.Create(CultureInfo.InvariantCulture,
        $"{plan.TotalSteps:N0}, each of {Settings.PerDeviceTrainBatchSize * plan.AccumulationSteps} {(Settings.Packing ? "packs" : "rows")} in {plan.AccumulationSteps} micro-batches of at most {plan.MaxTokens:N0} tokens")
        + (Settings.Packing && !plan.IsStreamed ? $"; packs {plan.PackingEfficiency:P1} full" : "");

    private string Operations(TrainingPlan plan) => string.Create(CultureInfo.InvariantCulture,
        $"{Figures.Operations(Time.Operations)} in products with weights, {Figures.Operations(Time.Operations / plan.TotalSteps)} a step");

    private string ExpectedTime() => $"{(_session.Plan.IsStreamed ? "at most" : "about")} {Figures.Duration(Time.Total)}, {Figures.Seconds(Time.Step)} a step"
        + (Time.Evaluation > TimeSpan.Zero ? $", {Figures.Duration(Time.Evaluation)} for validation" : "")
        + string.Create(CultureInfo.InvariantCulture,
            $" (one block measured: {Time.Gigaflops:F0} GFLOP/s, {Time.Gigaflops / PeakGigaflops:P0} of the measured peak of {PeakGigaflops:F0})");

    private string Rate(TrainingPlan plan) => string.Create(CultureInfo.InvariantCulture,
        $"{Settings.EffectiveLearningRate:G4}, {JsonNamingPolicy.SnakeCaseLower.ConvertName(Settings.LrSchedulerType.ToString())}, {Settings.EffectiveWarmupSteps(plan.TotalSteps)} warm-up steps");
}
