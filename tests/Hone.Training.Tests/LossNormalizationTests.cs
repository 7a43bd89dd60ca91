using Hone.Settings;

namespace Hone.Training.Tests;

/// <summary>What a step's loss is divided by, where the rules agree and where they differ. Golden curves have their figures.</summary>
public sealed class LossNormalizationTests
{
    // The loss of a first step does not depend on the learning rate: it is the model's own.
    private static SftSettings Settings => TinyRun.Settings with { Shuffle = false, MaxSteps = 4 };

    [Fact]
    public void The_mean_of_one_mean_is_the_mean_over_tokens() =>
        AssertSameRun(Settings with { PerDeviceTrainBatchSize = 3, GradientAccumulationSteps = 1 }, LossNormalization.MeanOfMeans, TinyRun.Rows(11));

    [Fact]
    public void Rows_whose_first_token_is_not_learned_count_the_same_unshifted() =>
        AssertSameRun(Settings, LossNormalization.UnshiftedCount, TinyRun.Rows(11));

    [Fact]
    public void A_micro_batch_with_nothing_to_learn_is_not_among_the_means()
    {
        var rows = TinyRun.Rows(3);
        Array.Clear(rows[1].LossWeights);
        var each = rows.Select(row => row == rows[1] ? 0 : FirstLoss(Settings with { GradientAccumulationSteps = 1 }, [row])).ToArray();
        Assert.NotEqual(rows[0].LearnedCount, rows[2].LearnedCount);
        Assert.Equal((each[0] + each[2]) / 2, FirstLoss(Settings with { LossNormalization = LossNormalization.MeanOfMeans }, rows), 1e-12);
        Assert.Equal((each[0] * rows[0].LearnedCount + each[2] * rows[2].LearnedCount) / (rows[0].LearnedCount + rows[2].LearnedCount),
            FirstLoss(Settings, rows), 1e-12);
    }

    [Fact]
    public void A_learned_first_token_makes_the_unshifted_loss_smaller()
    {
        var rows = TinyRun.Rows(3);
        var tokens = FirstLoss(Settings, rows);
        foreach (var row in rows) row.LossWeights[0] = 1;
        Assert.Equal(tokens, FirstLoss(Settings, rows));
        var learned = rows.Sum(r => r.LearnedCount);
        Assert.Equal(tokens * learned / (learned + 3), FirstLoss(Settings with { LossNormalization = LossNormalization.UnshiftedCount }, rows), 1e-12);
    }

    [Fact]
    public void First_tokens_alone_are_nothing_to_learn_however_they_are_counted()
    {
        var rows = TinyRun.Rows(3);
        foreach (var row in rows)
        {
            Array.Clear(row.LossWeights);
            row.LossWeights[0] = 1;
        }

        foreach (var rule in Enum.GetValues<LossNormalization>())
            Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => FirstLoss(Settings with { LossNormalization = rule }, rows)).ExitCode);
    }

    private static double FirstLoss(SftSettings settings, IReadOnlyList<TokenizedSample> rows)
    {
        using var run = new TinyRun(settings with { MaxSteps = 1 }, rows: rows);
        return Assert.Single(run.Run().LogHistory)["loss"];
    }

    private static void AssertSameRun(SftSettings settings, LossNormalization rule, IReadOnlyList<TokenizedSample> rows)
    {
        using var one = new TinyRun(settings, rows: rows);
        using var other = new TinyRun(settings with { LossNormalization = rule }, rows: rows);
        TrainerLawTests.AssertSameBits(one.Run().LogHistory, other.Run().LogHistory);
        Assert.Equal(one.Bits(), other.Bits());
    }
}
