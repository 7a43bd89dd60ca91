using Hone.Settings;
using Hone.Testing;

namespace Hone.Training.Tests;

/// <summary>A run that goes on with other settings: which may change, where, and what the steps after that are.</summary>
public sealed class ChangedSettingsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static SftSettings Settings => TinyRun.Settings;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Settings_that_would_change_the_bits_are_named_and_refused()
    {
        var checkpoint = StopAt(2, 0);
        var other = Settings with { LearningRate = 0.02, Seed = 43, LossNormalization = LossNormalization.MeanOfMeans, LoggingSteps = 7, SaveSteps = 3 };
        var error = Refused(other with { DataSeed = 42 }, checkpoint);
        Assert.Contains("learning_rate: 0.01 → 0.02", error.Message);
        Assert.Contains("seed: 42 → 43", error.Message);
        Assert.Contains("loss_normalization: Tokens → MeanOfMeans", error.Message);
        Assert.DoesNotContain("logging_steps", error.Message);
        Assert.DoesNotContain("save_steps", error.Message);
        Assert.Contains("--accept_changed_settings", error.Fix);

        // The order of the rows follows the seed unless it has its own.
        error = Refused(other, checkpoint);
        Assert.Contains("data_seed: 42 → 43", error.Message);
        Assert.Contains("Put back data_seed:", error.Fix);
        Assert.Contains("Accept learning_rate, loss_normalization, seed with --accept_changed_settings true", error.Fix);
    }

    [Theory]
    [InlineData("gradient_accumulation_steps")]
    [InlineData("per_device_train_batch_size")]
    [InlineData("packing_length")]
    [InlineData("shuffle")]
    [InlineData("data_seed")]
    public void What_chooses_the_rows_of_a_step_cannot_change_within_a_run(string name)
    {
        var other = name switch
        {
            "gradient_accumulation_steps" => Settings with { GradientAccumulationSteps = 2 },
            "per_device_train_batch_size" => Settings with { PerDeviceTrainBatchSize = 2 },
            "packing_length" => Settings with { Packing = true },
            "shuffle" => Settings with { Shuffle = false },
            _ => Settings with { DataSeed = 7 },
        };
        foreach (var checkpoint in (string[])[StopAt(2, 0), StopAt(2, 1)])
        {
            var error = Refused(other with { AcceptChangedSettings = true, LearningRate = 0.02 }, checkpoint);
            Assert.Contains($"{name}: ", error.Message);
            Assert.DoesNotContain("learning_rate", error.Message);
            Assert.Contains($"Put back {name}:", error.Fix);
            Assert.DoesNotContain("--accept_changed_settings", error.Fix);
        }
    }

    [Fact]
    public void Other_rows_are_refused_too()
    {
        var rows = TinyRun.Rows(11);
        rows[5].LossWeights[2] = 0.5f;
        foreach (var accept in (bool[])[false, true])
        {
            var error = Refused(Settings with { AcceptChangedSettings = accept }, StopAt(2, 0), rows);
            Assert.Contains("training rows: 11 rows", error.Message);
            Assert.Contains("max_length", error.Fix);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_new_learning_rate_holds_from_the_next_update_on_and_changes_no_gradient_before_it(int micro)
    {
        using var whole = new TinyRun(Settings);
        var expected = whole.Run().LogHistory;
        using var changed = Resumed(Settings with { LearningRate = 0.02, MaxGradNorm = 0.1 }, StopAt(2, micro));
        var actual = changed.Run().LogHistory;
        TrainerLawTests.AssertSameBits([.. expected.Take(2)], [.. actual.Take(2)]);
        foreach (var name in (string[])["loss", "token_acc", "grad_norm"]) Assert.Equal(expected[2][name], actual[2][name]);
        Assert.All(expected.Zip(actual).Skip(2), lines => Assert.Equal(2 * lines.First["learning_rate"], lines.Second["learning_rate"], 1e-12));
        Assert.All(expected.Zip(actual).Skip(3), lines => Assert.NotEqual(lines.First["loss"], lines.Second["loss"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_run_that_is_to_end_earlier_is_the_same_until_then(int micro)
    {
        var constant = Settings with { LrSchedulerType = LrSchedulerType.Constant };
        using var shorter = new TinyRun(constant with { MaxSteps = 6 });
        using var changed = Resumed(constant with { MaxSteps = 6 }, StopAt(2, micro, constant));
        TrainerLawTests.AssertSameBits(shorter.Run().LogHistory, changed.Run().LogHistory);
        Assert.Equal(shorter.Bits(), changed.Bits());
    }

    [Fact]
    public void Another_loss_rule_holds_for_whole_steps()
    {
        // Nothing is learned, so that a step's loss and gradient are those of its rows and its rule.
        var before = Settings with { LearningRate = 0 };
        var after = before with { LossNormalization = LossNormalization.MeanOfMeans };
        using var first = new TinyRun(before);
        using var second = new TinyRun(after);
        var (old, other) = (first.Run().LogHistory, second.Run().LogHistory);
        Assert.All(old.Zip(other), lines => Assert.NotEqual(lines.First["loss"], lines.Second["loss"]));
        using (var changed = Resumed(after, StopAt(2, 0, before)))
            TrainerLawTests.AssertSameBits([.. old.Take(2), .. other.Skip(2)], changed.Run().LogHistory);

        var error = Refused(after with { AcceptChangedSettings = true }, StopAt(2, 1, before));
        Assert.Contains("loss_normalization: Tokens → MeanOfMeans", error.Message);
        Assert.Contains("between two steps", error.Fix);
    }

    private TinyRun Resumed(SftSettings settings, string checkpoint) =>
        new(settings with { AcceptChangedSettings = true }, Path.GetDirectoryName(checkpoint), resume: checkpoint);

    private static HoneException Refused(SftSettings settings, string checkpoint, IReadOnlyList<TokenizedSample>? rows = null)
    {
        var error = Assert.Throws<HoneException>(() =>
            new TinyRun(settings, Path.GetDirectoryName(checkpoint), resume: checkpoint, rows: rows, packingLength: 20).Dispose());
        Assert.Equal((ExitCode.Usage, checkpoint), (error.ExitCode, error.Where));
        return error;
    }

    private string StopAt(int step, int micro, SftSettings? settings = null)
    {
        using var halt = new Halt(step, micro);
        using var run = new TinyRun(settings ?? Settings, folder.PathOf($"run-{step}-{micro}"), observer: halt);
        return run.Trainer.Run(halt.Step, halt.Now).LastModelCheckpoint!;
    }
}
