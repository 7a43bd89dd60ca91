using Hone.Settings;
using Hone.Testing;
using Hone.Training.Checkpoints;

namespace Hone.Training.Tests;

public sealed class TrainerFailureTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_loss_that_is_not_finite_stops_the_run_and_names_step_and_rows(float poison)
    {
        using var folder = new TemporaryFolder();
        var settings = TinyRun.Settings with { Shuffle = false, SaveStrategy = IntervalStrategy.Steps, SaveSteps = 1 };
        var poisoner = new Poisoner(2, poison);
        using var run = new TinyRun(settings, folder.PathOf("run"), observer: poisoner);
        poisoner.Run = run;
        var error = Assert.Throws<HoneException>(() => run.Run());
        Assert.Equal(ExitCode.Diverged, error.ExitCode);
        Assert.Contains("step 3", error.Message);
        Assert.Equal("data.jsonl:7", error.Where);
        Assert.Contains("learning_rate", error.Fix);
        Assert.Equal(["checkpoint-1", "checkpoint-2"], Directory.GetDirectories(folder.PathOf("run"), "checkpoint-*").Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_gradient_that_is_not_finite_stops_the_run_before_it_changes_a_weight()
    {
        var poisoner = new Poisoner(-1, float.PositiveInfinity) { GradientOfStep = 2 };
        using var run = new TinyRun(TinyRun.Settings with { Shuffle = false }, observer: poisoner);
        poisoner.Run = run;
        var error = Assert.Throws<HoneException>(() => run.Run());
        Assert.Equal(ExitCode.Diverged, error.ExitCode);
        Assert.Contains("gradient norm of step 2", error.Message);
        Assert.Equal("data.jsonl:4, data.jsonl:5, data.jsonl:6", error.Where);
        Assert.All(run.Values(), v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void A_step_without_anything_to_learn_is_bad_data()
    {
        var rows = TinyRun.Rows(3);
        foreach (var row in rows) Array.Clear(row.LossWeights);
        using var run = new TinyRun(TinyRun.Settings, rows: rows);
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => run.Run()).ExitCode);
    }

    [Fact]
    public void No_rows_are_bad_data() =>
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => new TinyRun(TinyRun.Settings, rows: []).Dispose()).ExitCode);

    [Fact]
    public void A_checkpoint_that_cannot_be_written_ends_the_run_and_spares_the_one_before()
    {
        using var folder = new TemporaryFolder();
        var settings = TinyRun.Settings with { SaveStrategy = IntervalStrategy.Steps, SaveSteps = 2 };
        using var run = new TinyRun(settings, folder.PathOf("run"), observer: new Blocker(folder));
        var error = Assert.Throws<HoneException>(() => run.Run());
        Assert.Equal(ExitCode.Other, error.ExitCode);
        Assert.Contains("checkpoint-2 is intact", error.Fix);
        Assert.Equal(folder.PathOf("run/checkpoint-2"), ResumePoint.Find("last", folder.PathOf("run"), _ => Assert.Fail("damage")));
    }

    [Fact]
    public void A_link_that_cannot_be_made_is_told_and_stops_neither_a_run_nor_its_resumption()
    {
        using var folder = new TemporaryFolder();
        folder.Write("run/last.partial/mine", "in the way");
        var settings = TinyRun.Settings with { SaveStrategy = IntervalStrategy.Steps, SaveSteps = 4 };
        var warnings = new Warnings();
        using (var run = new TinyRun(settings, folder.PathOf("run"), observer: warnings)) Assert.Equal(8, run.Run().GlobalStep);
        using (var run = new TinyRun(settings, folder.PathOf("run"), resume: folder.PathOf("run/checkpoint-4"), observer: warnings))
            Assert.Equal(8, run.Run().GlobalStep);
        Assert.Equal(4, warnings.Heard.Count(w => w.Contains("is saved, but something around it is not", StringComparison.Ordinal)));
    }

    private sealed class Warnings : ITrainingObserver
    {
        public List<string> Heard { get; } = [];

        public void Warned(string message) => Heard.Add(message);
    }

    /// <summary>Puts a number that is not finite into a weight after a step, or into a gradient during one.</summary>
    private sealed class Poisoner(int weightAfterStep, float poison) : ITrainingObserver
    {
        public TinyRun? Run { get; set; }

        public int GradientOfStep { get; init; } = -1;

        public void StepCompleted(in StepReport report)
        {
            if (report.Step == weightAfterStep) Run!.Decoder["model.norm.weight"].Value.AsSpan<float>()[0] = poison;
        }

        public void MicroBatchCompleted(int step, int index, int count)
        {
            if (step == GradientOfStep) Run!.Decoder["model.norm.weight"].Gradient.AsSpan<float>()[0] = poison;
        }
    }

    /// <summary>After the first checkpoint, a file stands where the next one would be written.</summary>
    private sealed class Blocker(TemporaryFolder folder) : ITrainingObserver
    {
        public void CheckpointSaved(string path, bool isBest) => File.WriteAllText(folder.PathOf("run/checkpoint-4.tmp"), "in the way");
    }
}
