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
    /// <summary>Some dozens of rounds; more would only keep the first step waiting.</summary>
    private const double SecondsForPeak = 0.05;

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
        List<(string, string)> facts = streamed || _session.Train.Report.Conversations > 0 ? [("template", _session.Template.Explanation)] : [];
        facts.Add(("training", streamed ? Streamed() : SupervisionSummary.Size(_session.Train.Report)));
        if (IsSplit)
        {
            // Rows that are split were read, and are accounted for, together.
            var summary = SupervisionSummary.Of(_session, _session.Train.Report);
            facts.Add(("  packing", summary.Packing));
            facts.Add(("validation", SupervisionSummary.Size(_session.Validation!.Report)));
            facts.Add(("together", string.Create(CultureInfo.InvariantCulture, $"{_session.Train.Report.Rows:N0} rows read; of training and validation rows:")));
            facts.AddRange(summary.Account().Concat(Tokens(_session.Train)).Select(f => ("  " + f.Name, f.Value)));
        }
        else
        {
            if (!streamed) facts.AddRange(Details(_session.Train));
            if (_session.Validation is { } validation) facts.AddRange([("validation", SupervisionSummary.Size(validation.Report)), .. Details(validation)]);
        }

        console.Facts(facts);
        if (!streamed && _session.Train.Report.TurnsWithoutEnd is > 0 and var endless)
            console.Notice($"warning: {endless:N0} answers end without an end token that is learned; the model may not know when to stop.");
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
            ["validation_samples"] = _session.Validation?.Report.Samples,
            ["validation_tokens"] = _session.Validation?.Report.Tokens,
            ["validation_learned_tokens"] = _session.Validation?.Report.LearnedTokens,

            // What follows, and rows, are counted before rows are held back.
            ["of_training_and_validation_rows"] = IsSplit,
            ["roles"] = report is null ? null : new JsonObject(report.Roles.Select(r => KeyValuePair.Create(SupervisionSummary.NameOf(r.Role),
                (JsonNode?)new JsonObject { ["tokens"] = r.Tokens, ["learned_tokens"] = r.LearnedTokens }))),
            ["answers"] = report?.LearnedTurns,
            ["answers_without_end_token"] = report?.TurnsWithoutEnd,
            ["answers_cut"] = report?.TurnsCut,
            ["duplicates"] = report?.Duplicates.Count,
            ["rejected"] = report?.Rejected.Count,
            ["too_long"] = report?.TooLong.Count,
            ["truncated"] = report?.Truncated.Count,
        }.ToJsonString();
    }

    /// <summary>Whether the validation rows are some of the rows that were read for training.</summary>
    private bool IsSplit => _session.Validation is not null && Settings.ValDataset.Count == 0;

    private IEnumerable<(string, string)> Details(LoadedDataset data) =>
        SupervisionSummary.Of(_session, data.Report).Details().Concat(Tokens(data)).Select(f => ("  " + f.Name, f.Value));

    private static IEnumerable<(string Name, string Value)> Tokens(LoadedDataset data) => data.TokensFrom is { } cache ? [("tokens", cache)] : [];

    private string Streamed() => "rows are read while they are trained on, "
        + (Settings.Shuffle ? string.Create(CultureInfo.InvariantCulture, $"each drawn from {Settings.ShuffleBufferSize:N0} that wait") : "in the order of the files")
        + "; those that can't be used are counted as they come";

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
