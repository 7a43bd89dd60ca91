using System.Text.Json.Nodes;
using Hone.Models;
using Hone.Models.Weights;
using Hone.Settings;
using Hone.Testing;
using Hone.Training.Checkpoints;
using Hone.Training.Runs;

namespace Hone.Training.Tests;

public sealed class RunDirectoryTests
{
    private static SftSettings Settings => TinyRun.Settings with
    {
        SaveStrategy = IntervalStrategy.Steps,
        SaveSteps = 1,
        EvalStrategy = IntervalStrategy.Steps,
        EvalSteps = 1,
        SaveTotalLimit = 2,
    };

    [Fact]
    public void A_run_writes_the_layout_of_ms_swift()
    {
        using var folder = new TemporaryFolder();
        using var run = new TinyRun(Settings, folder.PathOf("run"), lora: true, validation: TinyRun.Rows(3, from: 50));
        var result = run.Run();
        var root = folder.PathOf("run");
        Assert.True(File.Exists(Path.Combine(root, "args.json")));
        Assert.Single(Directory.GetFiles(Path.Combine(root, "runs"), "events.out.tfevents.*"));
        Assert.True(File.Exists(Path.Combine(root, "images", "train_loss.png")));
        Assert.True(File.Exists(Path.Combine(root, "images", "eval_loss.png")));
        string[] files = ["adapter_config.json", "adapter_model.safetensors", "args.json", "hone_manifest.json", "hone_state.json",
            "hone_state.safetensors", "trainer_state.json"];
        Assert.Equal(files, Directory.GetFiles(result.LastModelCheckpoint!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(Path.Combine(root, "checkpoint-8"), result.LastModelCheckpoint);
    }

    [Fact]
    public void Log_lines_have_full_precision_and_the_names_of_ms_swift()
    {
        using var folder = new TemporaryFolder();
        using var run = new TinyRun(Settings, folder.PathOf("run"), validation: TinyRun.Rows(3, from: 50));
        var result = run.Run();
        var lines = File.ReadAllLines(folder.PathOf("run/logging.jsonl")).Select(l => JsonNode.Parse(l)!).ToArray();
        Assert.Equal(17, lines.Length);
        Assert.Equal(result.LogHistory[0]["loss"], (double)lines[0]["loss"]!);
        Assert.Equal("1/8", (string?)lines[0]["global_step/max_steps"]);
        foreach (var name in (string[])["token_acc", "grad_norm", "learning_rate", "memory(GiB)", "train_speed(s/it)", "epoch", "elapsed_time", "remaining_time"])
            Assert.NotNull(lines[0][name]);
        Assert.Equal(result.LogHistory[1]["eval_loss"], (double)lines[1]["eval_loss"]!);
        var last = lines[^1];
        Assert.Equal(result.BestModelCheckpoint, (string?)last["best_model_checkpoint"]);
        Assert.Equal(result.BestMetric, (double?)last["best_metric"]);
        Assert.Equal(8, (int)last["global_step"]!);
        Assert.Equal(16, last["log_history"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(BestMetric.Loss, "eval_loss", false)]
    [InlineData(BestMetric.TokenAccuracy, "eval_token_acc", true)]
    public void The_best_checkpoint_is_the_one_with_the_best_figure_and_is_kept(BestMetric metric, string name, bool larger)
    {
        using var folder = new TemporaryFolder();
        var settings = Settings with { MetricForBestModel = metric, LearningRate = 0.2, SaveTotalLimit = 1 };
        using var run = new TinyRun(settings, folder.PathOf("run"), validation: TinyRun.Rows(3, from: 50));
        var result = run.Run();
        var evaluations = result.LogHistory.Where(e => e.Has(name)).ToArray();
        Assert.Equal(8, evaluations.Length);
        var best = larger ? evaluations.MaxBy(e => e[name])! : evaluations.MinBy(e => e[name])!;
        Assert.Equal(folder.PathOf($"run/checkpoint-{best.Step}"), result.BestModelCheckpoint);
        Assert.Equal(best[name], result.BestMetric);
        string[] kept = [.. new[] { best.Step, 8 }.Distinct().Select(s => $"checkpoint-{s}")];
        Assert.Equal(kept, Directory.GetDirectories(folder.PathOf("run"), "checkpoint-*").Select(Path.GetFileName).Order());
        Assert.Equal(result.BestModelCheckpoint, ResumePoint.Find(folder.PathOf("run/best"), "", _ => { }));
        Assert.Equal(result.LastModelCheckpoint, ResumePoint.Find(folder.PathOf("run/last"), "", _ => { }));
        var state = JsonNode.Parse(File.ReadAllText(Path.Combine(result.LastModelCheckpoint!, "trainer_state.json")))!;
        Assert.Equal(result.BestModelCheckpoint, (string?)state["best_model_checkpoint"]);
        Assert.Equal(8, (int)state["global_step"]!);
        Assert.Equal(16, state["log_history"]!.AsArray().Count);
        Assert.Equal(2.0, (double)state["epoch"]!);
    }

    [Fact]
    public void A_fully_trained_checkpoint_is_a_model_folder()
    {
        using var folder = new TemporaryFolder();
        using var run = new TinyRun(Settings, folder.PathOf("run"));
        var result = run.Run();
        using var reader = CheckpointReader.Open(result.LastModelCheckpoint!);
        reader.RequireModel(TinyRun.Spec);
        Assert.Equal(Tensors.DType.BF16, reader.Get("model.norm.weight").Type);
    }

    [Fact]
    public void Gradients_of_the_first_step_are_those_of_the_mean_loss()
    {
        using var folder = new TemporaryFolder();
        const string Model = "golden/models/qwen2_tied";
        using var kernels = GoldenData.Kernels();
        using var decoder = Decoder.Load(SharedData.PathOf($"{Model}/checkpoint"), kernels, trainable: true);
        var inputs = new GoldenTensors($"{Model}/inputs.safetensors");
        var settings = TinyRun.Settings with
        {
            MaxSteps = 1,
            PerDeviceTrainBatchSize = 3,
            GradientAccumulationSteps = 1,
            Shuffle = false,
            SaveGradients = folder.PathOf("gradients.safetensors"),
        };
        using (var trainer = new Trainer(decoder, GoldenData.Batch(inputs, 2), [], new TrainerOptions { Settings = settings })) GoldenData.RunToEnd(trainer);
        using var written = SafetensorsFile.Open(settings.SaveGradients);
        var golden = new GoldenTensors($"{Model}/backward.safetensors");
        Assert.Equal(golden.Names.Order(), written.Tensors.Select(t => t.Name).Order());
        foreach (var tensor in written.Tensors)
        {
            var expected = golden.Floats(tensor.Name);
            var actual = tensor.Data.AsSpan<float>();
            var largest = expected.ToArray().Max(Math.Abs);

            // F32 sums over some hundred terms: a few times √n·2⁻²⁴ of the largest.
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5f * (largest + 1e-3f));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Evaluation_gives_the_golden_loss_however_rows_are_batched(int batchSize)
    {
        const string Model = "golden/models/llama_untied";
        var manifest = JsonNode.Parse(File.ReadAllText(SharedData.PathOf($"{Model}/manifest.json")))!;
        using var kernels = GoldenData.Kernels();
        using var decoder = Decoder.Load(SharedData.PathOf($"{Model}/checkpoint"), kernels, trainable: true);
        var inputs = new GoldenTensors($"{Model}/inputs.safetensors");

        // The first step of a warm-up has rate 0: the model that is evaluated after it is the one that was loaded.
        var settings = TinyRun.Settings with
        {
            MaxSteps = 1,
            WarmupSteps = 1,
            EvalStrategy = IntervalStrategy.Steps,
            EvalSteps = 1,
            PerDeviceEvalBatchSize = batchSize,
        };
        using var trainer = new Trainer(decoder, GoldenData.Batch(inputs, 0), GoldenData.Batch(inputs, 1), new TrainerOptions { Settings = settings });
        var evaluation = GoldenData.RunToEnd(trainer).LogHistory.Single(e => e.Has("eval_loss"));
        Assert.Equal((double)manifest["batches"]![1]!["loss"]!, evaluation["eval_loss"], 2e-6);
    }

    [Fact]
    public void An_observer_hears_everything_in_order()
    {
        using var folder = new TemporaryFolder();
        var recorder = new Recorder();
        var settings = Settings with { NumTrainEpochs = 0.5, LoggingSteps = 2, LoggingFirstStep = false, EvalSteps = 2, SaveSteps = 2 };
        using var run = new TinyRun(settings, folder.PathOf("run"), validation: TinyRun.Rows(2, from: 50), observer: recorder);
        run.Run();
        Assert.Equal(["started 0/2", "micro 1 1/3", "micro 1 2/3", "micro 1 3/3", "step 1/2", "micro 2 1/3", "micro 2 2/3", "micro 2 3/3", "step 2/2",
            "logged 2", "logged 2", "evaluated 2", "saved checkpoint-2 True"], recorder.Heard);
    }

    [Theory]
    [InlineData(IntervalStrategy.Epoch, new[] { "checkpoint-4", "checkpoint-8" }, new[] { 4, 8 })]
    [InlineData(IntervalStrategy.No, new[] { "checkpoint-8" }, new int[0])]
    public void Saving_and_evaluating_can_go_by_epochs_and_the_end_is_always_saved(IntervalStrategy strategy, string[] saved, int[] evaluated)
    {
        using var folder = new TemporaryFolder();
        var settings = TinyRun.Settings with { SaveStrategy = strategy, EvalStrategy = strategy };
        using var run = new TinyRun(settings, folder.PathOf("run"), validation: TinyRun.Rows(2, from: 50));
        Assert.Equal(evaluated, run.Run().LogHistory.Where(e => e.Has("eval_loss")).Select(e => e.Step));
        Assert.Equal(saved, Directory.GetDirectories(folder.PathOf("run"), "checkpoint-*").Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Versions_count_on_and_carry_the_time()
    {
        using var folder = new TemporaryFolder();
        var now = new DateTime(2026, 11, 21, 9, 30, 0);
        using (var first = RunDirectory.CreateVersion(folder.Path, "{}", now)) Assert.Equal("v0-20261121-093000", Path.GetFileName(first.Path));
        Directory.CreateDirectory(folder.PathOf("v10-20261121-093000"));
        using var next = RunDirectory.CreateVersion(folder.Path, "{}", now);
        Assert.Equal("v11-20261121-093000", Path.GetFileName(next.Path));
    }

    private sealed class Recorder : ITrainingObserver
    {
        public List<string> Heard { get; } = [];

        public void Started(TrainingPlan plan, int startStep) => Heard.Add($"started {startStep}/{plan.TotalSteps}");

        public void MicroBatchCompleted(int step, int index, int count) => Heard.Add($"micro {step} {index}/{count}");

        public void StepCompleted(in StepReport report) => Heard.Add($"step {report.Step}/{report.TotalSteps}");

        public void Logged(LogEntry entry) => Heard.Add($"logged {entry.Step}");

        public void EvaluationCompleted(LogEntry entry) => Heard.Add($"evaluated {entry.Step}");

        public void CheckpointSaved(string path, bool isBest) => Heard.Add($"saved {Path.GetFileName(path)} {isBest}");
    }
}
