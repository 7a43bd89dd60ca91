using Hone.Data.Packing;
using Hone.Settings;

namespace Hone.Training.Tests;

/// <summary>What must not change the result of a run, and by how much at most.</summary>
public sealed class TrainerLawTests
{
    private static SftSettings Settings => TinyRun.Settings;

    [Fact]
    public void Accumulating_four_micro_batches_equals_one_batch_of_four()
    {
        var rows = TinyRun.Rows(12);
        var (one, oneValues) = Train(Settings with { PerDeviceTrainBatchSize = 4, GradientAccumulationSteps = 1 }, rows: rows);
        var (four, fourValues) = Train(Settings with { PerDeviceTrainBatchSize = 1, GradientAccumulationSteps = 4, Shuffle = false }, rows: rows);
        var (unshuffled, unshuffledValues) =
            Train(Settings with { PerDeviceTrainBatchSize = 4, GradientAccumulationSteps = 1, Shuffle = false }, rows: rows);
        AssertClose(unshuffled, four);
        AssertClose(unshuffledValues, fourValues);
        Assert.NotEqual(one[0]["loss"], four[0]["loss"]);
        Assert.NotEqual(oneValues, fourValues);
    }

    [Fact]
    public void Packed_rows_train_as_unpacked_ones()
    {
        // Each pack is one step; the same rows unpacked are a step of as many micro-batches as the pack has rows.
        var rows = TinyRun.Rows(9);
        var packing = new EpochPlanOptions { Seed = 42, PackingLength = 10_000 };
        var order = EpochPlan.Create([.. rows.Select(r => r.Ids.Length)], packing, 0).SamplesOf(0).ToArray();
        var (packed, packedValues) = Train(Settings with { Packing = true, GradientAccumulationSteps = 1, NumTrainEpochs = 1 }, rows: rows,
            packingLength: 10_000);
        var (plain, plainValues) = Train(Settings with { Shuffle = false, GradientAccumulationSteps = 9, NumTrainEpochs = 1 },
            rows: [.. order.Select(i => rows[i])]);
        Assert.Single(packed);
        AssertClose(plain, packed);
        AssertClose(plainValues, packedValues);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradient_checkpointing_changes_no_bit(bool lora)
    {
        using var kept = new TinyRun(Settings, lora: lora);
        using var again = new TinyRun(Settings, lora: lora, checkpointing: true);
        AssertSameBits(kept.Run().LogHistory, again.Run().LogHistory);
        Assert.Equal(kept.Bits(), again.Bits());
    }

    [Fact]
    public void Two_threads_change_no_bit()
    {
        using var one = new TinyRun(Settings, threads: 1);
        using var two = new TinyRun(Settings, threads: 2);
        AssertSameBits(one.Run().LogHistory, two.Run().LogHistory);
        Assert.Equal(one.Bits(), two.Bits());
    }

    [Fact]
    public void The_last_step_of_an_epoch_takes_what_is_left()
    {
        // 11 rows, 3 a step: four steps an epoch, the last of two rows, as Hugging Face counts them.
        using var run = new TinyRun(Settings);
        Assert.Equal(4, run.Trainer.Plan.StepsPerEpoch);
        Assert.Equal(8, run.Trainer.Plan.TotalSteps);
        var history = run.Run().LogHistory;
        Assert.Equal([3 / 11.0, 6 / 11.0, 9 / 11.0, 1, 14 / 11.0, 17 / 11.0, 20 / 11.0, 2], history.Select(e => e.Epoch), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Theory]
    [InlineData(0.5, -1, 2)]
    [InlineData(1.3, -1, 6)]
    [InlineData(3, 5, 5)]
    [InlineData(1, 9, 9)]
    public void Epochs_may_be_fractions_and_max_steps_wins(double epochs, int maxSteps, int expected)
    {
        using var run = new TinyRun(Settings with { NumTrainEpochs = epochs, MaxSteps = maxSteps });
        Assert.Equal(expected, run.Run().GlobalStep);
    }

    [Fact]
    public void Training_learns()
    {
        var (history, _) = Train(Settings with { NumTrainEpochs = 60, LearningRate = 0.03 });
        Assert.True(history[^1]["loss"] < history[0]["loss"] * 0.3, $"{history[0]["loss"]} → {history[^1]["loss"]}");
    }

    [Fact]
    public void Only_logged_steps_are_averaged()
    {
        var (each, _) = Train(Settings);
        var (some, _) = Train(Settings with { LoggingSteps = 3 });
        Assert.Equal([1, 3, 6, 8], some.Select(e => e.Step));
        Assert.Equal((each[1]["loss"] + each[2]["loss"]) / 2, some[1]["loss"], 1e-12);
        Assert.Equal((each[3]["loss"] + each[4]["loss"] + each[5]["loss"]) / 3, some[2]["loss"], 1e-12);
        Assert.Equal(each[5]["grad_norm"], some[2]["grad_norm"]);
    }

    internal static void AssertSameBits(IReadOnlyList<LogEntry> expected, IReadOnlyList<LogEntry> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Equal((expected[i].Step, expected[i].Epoch), (actual[i].Step, actual[i].Epoch));
            foreach (var name in (string[])["loss", "token_acc", "grad_norm", "learning_rate", "eval_loss", "eval_token_acc"])
                Assert.Equal(expected[i][name], actual[i][name]);
        }
    }

    private static (IReadOnlyList<LogEntry> History, float[] Values) Train(
        SftSettings settings, IReadOnlyList<TokenizedSample>? rows = null, int packingLength = 0)
    {
        using var run = new TinyRun(settings, rows: rows, packingLength: packingLength);
        return (run.Run().LogHistory, run.Values());
    }

    private static void AssertClose(IReadOnlyList<LogEntry> expected, IReadOnlyList<LogEntry> actual)
    {
        // Sums in another order: a few ulp of F32 a step, and steps pass them on.
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i]["loss"], actual[i]["loss"], 1e-5);
            Assert.Equal(expected[i]["grad_norm"], actual[i]["grad_norm"], 1e-5 * (1 + expected[i]["grad_norm"]));
        }
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        // AdamW divides by the root of a mean of squares: where a gradient is almost 0, its sign may turn, which moves a weight by
        // at most the learning rate a step. All but such weights must agree closely.
        var far = expected.Zip(actual).Count(p => Math.Abs(p.First - p.Second) > 1e-4);
        Assert.InRange(far, 0, expected.Length / 50);
    }
}
