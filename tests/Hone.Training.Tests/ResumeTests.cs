using Hone.Settings;
using Hone.Testing;
using Hone.Training.Checkpoints;
using Hone.Training.Runs;
using Hone.Training.Runs.TensorBoard;

namespace Hone.Training.Tests;

/// <summary>A run that was stopped and resumed is the run that was never stopped: same log, same weights, bit for bit.</summary>
public sealed class ResumeTests
{
    private static SftSettings Settings => TinyRun.Settings with { EvalStrategy = IntervalStrategy.Steps, EvalSteps = 3, LoggingSteps = 2 };

    // 11 rows in steps of 3, 3, 3, 2, twice. (step, micro-batches of the next step done)
    public static TheoryData<bool, int, int> Places()
    {
        var places = new TheoryData<bool, int, int>();
        foreach (var lora in (bool[])[false, true])
        {
            foreach (var (step, micro) in ((int, int)[])[(1, 0), (3, 0), (4, 0), (5, 0), (0, 1), (2, 2), (3, 1), (4, 2)]) places.Add(lora, step, micro);
        }

        return places;
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void A_resumed_run_equals_the_uninterrupted_one(bool lora, int step, int micro)
    {
        using var folder = new TemporaryFolder();
        var validation = TinyRun.Rows(4, from: 100);
        using var whole = new TinyRun(Settings, lora: lora, validation: validation);
        var expected = whole.Run();

        string checkpoint;
        using (var halt = new Halt(step, micro))
        using (var first = new TinyRun(Settings, folder.PathOf("run"), lora, observer: halt, validation: validation))
        {
            var result = first.Trainer.Run(halt.Step, halt.Now);
            Assert.True(result.Interrupted);
            Assert.Equal(ExitCode.Interrupted, result.ExitCode);
            Assert.Equal(step, result.GlobalStep);
            checkpoint = result.LastModelCheckpoint!;
            Assert.EndsWith(micro == 0 ? $"checkpoint-{step}" : $"checkpoint-{step}-micro-{micro}", checkpoint);
        }

        Assert.Equal(checkpoint, ResumePoint.Find("last", folder.PathOf("run"), _ => Assert.Fail("nothing is damaged")));
        using var second = new TinyRun(Settings, folder.PathOf("run"), lora, resume: checkpoint, validation: validation);
        var resumed = second.Run();
        Assert.False(resumed.Interrupted);
        TrainerLawTests.AssertSameBits(expected.LogHistory, resumed.LogHistory);
        Assert.Equal(whole.Bits(), second.Bits());
    }

    [Fact]
    public void Stopping_at_every_micro_batch_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        using var whole = new TinyRun(Settings with { NumTrainEpochs = 1 });
        var expected = whole.Run();
        string? checkpoint = null;
        for (var part = 0; part < 40; part++)
        {
            using var halt = new Halt(-1, -1);
            using var run = new TinyRun(Settings with { NumTrainEpochs = 1 }, folder.PathOf("run"), resume: checkpoint, observer: halt);
            var result = run.Trainer.Run(halt.Step, halt.Now);
            checkpoint = result.LastModelCheckpoint;
            if (result.Interrupted) continue;
            TrainerLawTests.AssertSameBits(expected.LogHistory, result.LogHistory);
            Assert.Equal(whole.Bits(), run.Bits());
            Assert.InRange(part, 7, 11);
            return;
        }

        Assert.Fail("the run never ended");
    }

    [Theory]
    [InlineData(LossNormalization.MeanOfMeans)]
    [InlineData(LossNormalization.UnshiftedCount)]
    public void Older_loss_rules_resume_in_the_middle_of_a_step(LossNormalization rule)
    {
        using var folder = new TemporaryFolder();
        var settings = Settings with { LossNormalization = rule };
        var rows = TinyRun.Rows(11);
        foreach (var row in rows) row.LossWeights[0] = 1;
        using var whole = new TinyRun(settings, rows: rows);
        var expected = whole.Run();
        using var halt = new Halt(2, 2);
        using (var first = new TinyRun(settings, folder.PathOf("run"), observer: halt, rows: rows))
            Assert.True(first.Trainer.Run(halt.Step, halt.Now).Interrupted);
        using var second = new TinyRun(settings, folder.PathOf("run"), rows: rows, resume: folder.PathOf("run/checkpoint-2-micro-2"));
        TrainerLawTests.AssertSameBits(expected.LogHistory, second.Run().LogHistory);
        Assert.Equal(whole.Bits(), second.Bits());
    }

    [Fact]
    public void A_packed_run_resumes_in_the_middle_of_its_second_epoch()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings with { Packing = true, PerDeviceTrainBatchSize = 2, GradientAccumulationSteps = 2, NumTrainEpochs = 3 };
        var rows = TinyRun.Rows(40);
        using var whole = new TinyRun(settings, rows: rows, packingLength: 20);
        Assert.InRange(whole.Trainer.Plan.PackingEfficiency, 0.8, 1);
        var (perEpoch, expected) = (whole.Trainer.Plan.StepsPerEpoch, whole.Run());
        using var halt = new Halt(perEpoch + 1, 1);
        using (var first = new TinyRun(settings, folder.PathOf("run"), observer: halt, rows: rows, packingLength: 20))
            Assert.True(first.Trainer.Run(halt.Step, halt.Now).Interrupted);
        using var second = new TinyRun(settings, folder.PathOf("run"), rows: rows, packingLength: 20,
            resume: folder.PathOf($"run/checkpoint-{perEpoch + 1}-micro-1"));
        TrainerLawTests.AssertSameBits(expected.LogHistory, second.Run().LogHistory);
        Assert.Equal(whole.Bits(), second.Bits());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    [InlineData(23)]
    public void Another_base_model_is_noticed(int row)
    {
        using var folder = new TemporaryFolder();
        string checkpoint;
        using (var run = new TinyRun(Settings, folder.PathOf("run"), lora: true)) checkpoint = run.Run().LastModelCheckpoint!;
        using var other = new TinyRun(Settings, lora: true);
        other.Decoder["model.embed_tokens.weight"].Value.SliceRows(row, 1).AsSpan<float>()[3] += 1e-3f;
        var error = Assert.Throws<HoneException>(() => other.Trainer.Resume(checkpoint));
        Assert.Contains("frozen weights", error.Message);
    }

    [Fact]
    public void The_log_of_a_resumed_run_has_no_line_twice()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings with { SaveStrategy = IntervalStrategy.Steps, SaveSteps = 2, LoggingSteps = 1, EvalStrategy = IntervalStrategy.No };
        using (var run = new TinyRun(settings, folder.PathOf("run"))) run.Run();
        var whole = Steps(folder).ToList();
        using (var run = new TinyRun(settings, folder.PathOf("run"), resume: folder.PathOf("run/checkpoint-4"))) run.Run();
        Assert.Equal((IEnumerable<string?>)whole, Steps(folder));
        Assert.Equal(["1/8", "2/8", "3/8", "4/8", "5/8", "6/8", "7/8", "8/8"], (IEnumerable<string?>)whole);
    }

    [Fact]
    public void A_run_that_goes_on_from_an_older_checkpoint_leaves_the_later_ones_behind()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings with { SaveStrategy = IntervalStrategy.Steps, SaveSteps = 1, EvalStrategy = IntervalStrategy.No };
        using (var run = new TinyRun(settings, folder.PathOf("run"))) run.Run();
        var later = File.ReadAllBytes(folder.PathOf("run/checkpoint-8/hone_manifest.json"));

        var warnings = new Warnings();
        using (var run = new TinyRun(settings, folder.PathOf("run"), resume: folder.PathOf("run/checkpoint-3"), observer: warnings))
        {
            // Before its first step already, the run's last checkpoint is the one that it goes on from.
            Assert.Equal([1, 2, 3], CheckpointStore.List(folder.PathOf("run")).Select(n => n.Step));
            Assert.Equal("checkpoint-3", new DirectoryInfo(folder.PathOf("run/last")).LinkTarget ?? File.ReadAllText(folder.PathOf("run/last")));
            Assert.Contains(folder.PathOf("run/superseded"), Assert.Single(warnings.Heard));
            using var stop = new CancellationTokenSource();
            warnings.AtStep(5, stop.Cancel);
            Assert.Equal(5, run.Trainer.Run(stop.Token).GlobalStep);
        }

        Assert.Equal([4, 5, 6, 7, 8], CheckpointStore.List(folder.PathOf("run/superseded")).Select(n => n.Step));
        Assert.Equal(later, File.ReadAllBytes(folder.PathOf("run/superseded/checkpoint-8/hone_manifest.json")));
        Assert.Equal(folder.PathOf("run/checkpoint-5"), ResumePoint.Find("last", folder.PathOf("run"), _ => Assert.Fail("nothing is damaged")));

        using (new TinyRun(settings, folder.PathOf("run"), resume: folder.PathOf("run/checkpoint-4"), observer: warnings))
            Assert.Equal([5], CheckpointStore.List(folder.PathOf("run/superseded-2")).Select(n => n.Step));
    }

    [Fact]
    public void Old_checkpoints_make_room_first_when_an_older_one_was_resumed()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings with { SaveStrategy = IntervalStrategy.Steps, SaveSteps = 1, EvalStrategy = IntervalStrategy.No };
        using (var run = new TinyRun(settings, folder.PathOf("run"))) run.Run();
        using (var run = new TinyRun(settings with { SaveTotalLimit = 2 }, folder.PathOf("run"), resume: folder.PathOf("run/checkpoint-3"))) run.Run();
        Assert.Equal([7, 8], CheckpointStore.List(folder.PathOf("run")).Select(n => n.Step));
    }

    [Fact]
    public void A_resumed_run_tells_viewers_which_points_are_not_its_own()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings with { SaveStrategy = IntervalStrategy.Steps, SaveSteps = 1, EvalStrategy = IntervalStrategy.No };
        using (var run = new TinyRun(settings, folder.PathOf("run"))) run.Run();
        var first = Assert.Single(Directory.GetFiles(folder.PathOf("run/runs")));
        var size = new FileInfo(first).Length;
        using (var run = new TinyRun(settings, folder.PathOf("run"), resume: folder.PathOf("run/checkpoint-3"))) run.Run();

        // In the same second the same process goes on in the same file.
        var file = Directory.GetFiles(folder.PathOf("run/runs")).Order(StringComparer.Ordinal).Last();
        var bytes = File.ReadAllBytes(file).AsSpan(file == first ? (int)size : 0);
        var version = EventFile.Frame(EventFile.VersionEvent(0)).Length;
        var restart = bytes.Slice(version + 12, EventFile.RestartEvent(0, 4).Length);
        var expected = EventFile.RestartEvent(BitConverter.ToDouble(restart[1..]), 4);
        Assert.Equal(expected, restart.ToArray());
        Assert.Equal<byte>([0x10, 4, 0x3a, 2, 0x08, 1], restart[9..].ToArray());
    }

    [Fact]
    public void A_state_file_that_was_tampered_with_is_refused_and_never_crashes()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = StopAfterTwoSteps(folder);
        var path = Path.Combine(checkpoint, ResumeState.FileName);
        var good = File.ReadAllBytes(path);
        var dice = new Random(7);
        var refused = 0;
        using var run = new TinyRun(Settings with { AcceptChangedSettings = true });
        for (var i = 0; i < 400; i++)
        {
            var bad = good.ToArray();
            for (var n = dice.Next(1, 4); n > 0; n--) bad[dice.Next(bad.Length)] = (byte)dice.Next(32, 127);
            if (i % 10 == 0) bad = bad[..dice.Next(bad.Length)];
            File.WriteAllBytes(path, bad);
            try
            {
                run.Trainer.Resume(checkpoint);
            }
            catch (HoneException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 50, 400);
    }

    [Fact]
    public void A_checkpoint_that_was_being_replaced_when_the_process_died_is_found()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = StopAfterTwoSteps(folder);
        Directory.Move(checkpoint, checkpoint + ".old");
        Assert.Equal(checkpoint, ResumePoint.Find("last", folder.PathOf("run"), _ => { }));
    }

    [Fact]
    public void Last_says_when_the_newest_run_has_no_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = StopAfterTwoSteps(folder);
        Directory.Move(folder.PathOf("run"), folder.PathOf("v0-20261121-093000"));
        Directory.CreateDirectory(folder.PathOf("v1-20261121-093100"));
        var warnings = new List<string>();
        var found = ResumePoint.Find("last", folder.Path, warnings.Add);
        Assert.Equal(folder.PathOf($"v0-20261121-093000/{Path.GetFileName(checkpoint)}"), found);
        Assert.Contains("v1-20261121-093100", Assert.Single(warnings));
    }

    [Fact]
    public void Lines_that_the_log_has_lost_are_written_again()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings with { SaveStrategy = IntervalStrategy.Steps, SaveSteps = 2, LoggingSteps = 1, EvalStrategy = IntervalStrategy.No };
        using (var run = new TinyRun(settings, folder.PathOf("run"))) run.Run();
        var log = folder.PathOf("run/logging.jsonl");
        File.WriteAllLines(log, File.ReadAllLines(log).Take(2));
        using (var run = new TinyRun(settings, folder.PathOf("run"), resume: folder.PathOf("run/checkpoint-4"))) run.Run();
        Assert.Equal(["1/8", "2/8", "3/8", "4/8", "5/8", "6/8", "7/8", "8/8"], Steps(folder));
    }

    [Fact]
    public void A_run_that_is_being_written_cannot_be_opened_again()
    {
        using var folder = new TemporaryFolder();
        using var run = new TinyRun(Settings, folder.PathOf("run"));
        Assert.Contains("Another process", Assert.Throws<HoneException>(() => RunDirectory.Create(folder.PathOf("run"), "{}").Dispose()).Message);
    }

    private static IEnumerable<string?> Steps(TemporaryFolder folder) => [.. File.ReadAllLines(folder.PathOf("run/logging.jsonl"))
        .Select(line => (string?)System.Text.Json.Nodes.JsonNode.Parse(line)!["global_step/max_steps"]).Where(s => s is not null)];

    private static string StopAfterTwoSteps(TemporaryFolder folder)
    {
        using var halt = new Halt(2, 0);
        using var run = new TinyRun(Settings, folder.PathOf("run"), observer: halt);
        return run.Trainer.Run(halt.Step, halt.Now).LastModelCheckpoint!;
    }

    private sealed class Warnings : ITrainingObserver
    {
        private (int Step, Action Do) at;

        public List<string> Heard { get; } = [];

        public void AtStep(int step, Action action) => at = (step, action);

        public void StepCompleted(in StepReport report)
        {
            if (report.Step == at.Step) at.Do();
        }

        public void Warned(string message) => Heard.Add(message);
    }
}
