using Hone.Settings;
using Hone.Training.Planning;

namespace Hone.Training.Tests.Planning;

/// <summary>How a run is laid out to fit into <c>max_memory</c>.</summary>
public sealed class MemoryFitTests
{
    private static readonly SftSettings Asked = new() { PerDeviceTrainBatchSize = 6, GradientAccumulationSteps = 2 };

    [Fact]
    public void Every_choice_keeps_the_rows_of_a_step_and_the_first_is_what_was_asked_for()
    {
        var all = MemoryChoice.All(Asked, frozenOutput: true, resumedBatch: null).ToList();
        Assert.All(all, c => Assert.Equal(12, c.Batch * c.Accumulation));
        Assert.Equal([6, 4, 3, 2, 1], all.Take(5).Select(c => c.Batch));
        Assert.Equal("", all[0].Against(Asked));
        Assert.Equal([(false, false), (false, true), (true, false), (true, true)], all.Select(c => (c.Checkpointing, c.FewLogits)).Distinct());
    }

    [Fact]
    public void What_would_change_the_run_is_not_chosen()
    {
        Assert.DoesNotContain(MemoryChoice.All(Asked, frozenOutput: false, null), c => c.FewLogits);
        Assert.All(MemoryChoice.All(Asked with { GradientCheckpointing = false }, true, null), c => Assert.False(c.Checkpointing));
        Assert.All(MemoryChoice.All(Asked with { LossNormalization = LossNormalization.MeanOfMeans }, true, null), c => Assert.Equal(6, c.Batch));
        Assert.All(MemoryChoice.All(Asked, true, resumedBatch: 3), c => Assert.Equal(3, c.Batch));
    }

    [Fact]
    public void Validation_keeps_its_micro_batches_until_those_of_training_shrink()
    {
        var asked = Asked with { PerDeviceEvalBatchSize = 4 };
        var all = MemoryChoice.All(asked, true, null).Take(5).Select(c => (c.Batch, c.EvaluationBatch));
        Assert.Equal([(6, 4), (4, 4), (3, 3), (2, 2), (1, 1)], all);
    }

    [Fact]
    public void The_first_choice_within_the_limit_is_taken_and_its_plan_is_what_a_run_with_its_settings_has()
    {
        using var kernels = GoldenData.Kernels();
        using var outline = Hone.Models.Decoder.Outline(TinyRun.Spec, kernels, trainable: true);
        var rows = TinyRun.Rows(24);
        long[] sizes = [.. MemoryChoice.All(Asked, false, null).Select(c => PlanOf(c).Memory.TotalBytes)];
        var limit = sizes[2];
        Assert.True(sizes[0] > sizes[1] && sizes[1] > limit);
        var fit = MemoryFit.Find(Asked, new ByteSize(limit), MemoryChoice.All(Asked, false, null), PlanOf);
        Assert.Equal(3, fit.Choice.Batch);
        Assert.Equal(PlanOf(MemoryChoice.All(Asked, false, null).First()).Plan.TotalSteps, fit.Plan.TotalSteps);
        Assert.Contains("per_device_train_batch_size 3 instead of 6 and gradient_accumulation_steps 4 instead of 2", fit.Explanation, StringComparison.Ordinal);

        var error = Assert.Throws<HoneException>(() => MemoryFit.Find(Asked, new ByteSize(1000), MemoryChoice.All(Asked, false, null), PlanOf));
        Assert.Equal(ExitCode.Memory, error.ExitCode);
        Assert.Contains($"{Math.Ceiling(sizes.Min() / 1048576.0):F0}MiB or more", error.Fix, StringComparison.Ordinal);

        (TrainingPlan Plan, MemoryPlan Memory) PlanOf(MemoryChoice choice)
        {
            var plan = new TrainingPlan(rows, [], new TrainerOptions { Settings = choice.In(Asked) });
            return (plan, MemoryPlan.Create(outline, plan.Shape(choice.Checkpointing, choice.FewLogits), 0));
        }
    }

    /// <summary>The last row of an unshuffled run is its longest: what it needs is held before the first step.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_memory_is_taken_after_the_first_step_wherever_the_longest_micro_batch_is(bool checkpointing)
    {
        var rows = TinyRun.Rows(9).OrderBy(r => r.Ids.Length).ToList();
        Assert.True(rows[^1].Ids.Length > rows[0].Ids.Length);
        using var run = new TinyRun(TinyRun.Settings with { Shuffle = false, NumTrainEpochs = 1, GradientAccumulationSteps = 1 }, rows: rows, checkpointing: checkpointing);
        var before = (run.Trainer.AllocatedBytes, run.Decoder.Kernels.WorkspaceBytes);
        run.Run();
        Assert.Equal(9, run.Trainer.Plan.TotalSteps);
        Assert.Equal(before, (run.Trainer.AllocatedBytes, run.Decoder.Kernels.WorkspaceBytes));
    }
}
