using Hone.Models;
using Hone.Models.Adapters;
using Hone.Training.Optimizers;
using Hone.Training.Planning;

namespace Hone.Training.Tests.Planning;

/// <summary>What a plan says, against what a step then does and takes.</summary>
public sealed class PlanTests
{
    /// <param name="target">Adapted linear layers; null trains the model itself. Those of layer 1 alone leave the lower block without a backward pass.</param>
    [Theory]
    [InlineData(null)]
    [InlineData("all-linear")]
    [InlineData(@".*\.(q|v)_proj")]
    [InlineData(@".*\.down_proj")]
    [InlineData(@"model\.layers\.1\.self_attn\.k_proj")]
    [InlineData(@"model\.layers\.1\.(self_attn\.o|mlp\.up)_proj")]
    public void The_operations_of_a_plan_are_those_that_a_step_asks_for(string? target)
    {
        using var kernels = new CountingKernels(GoldenData.Kernels());
        using var decoder = Create(kernels, target);
        var batch = Batch();
        Assert.InRange(batch.TargetCount, 1, batch.TokenCount - 1);
        using var workspace = new DecoderWorkspace(decoder, new WorkspaceShape(batch.TokenCount, batch.TargetCount, Training: true));
        var before = kernels.Operations;
        workspace.Train(batch, 1, 5);
        Assert.Equal(kernels.Operations - before, new FlopModel(decoder).Of(batch.TokenCount, batch.TargetCount));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("all-linear", false)]
    [InlineData("all-linear", true)]
    public void The_memory_of_a_plan_is_what_a_run_takes(string? target, bool checkpointing)
    {
        using var kernels = GoldenData.Kernels();
        using var decoder = Create(kernels, target);
        var shape = new WorkspaceShape(40, 30, Training: true, checkpointing);
        using var workspace = new DecoderWorkspace(decoder, shape);
        using var optimizer = new AdamWOptimizer(kernels, decoder.TrainableParameters.Select(p => (p.Name, p.Value, p.Gradient)), new AdamWOptions());
        var plan = MemoryPlan.Create(decoder, shape, residentBytes: 1000);
        var taken = decoder.WeightBytes + decoder.GradientBytes + decoder.AdapterBytes + optimizer.Bytes + workspace.Bytes + kernels.WorkspaceBytes + 1000;
        Assert.Equal(taken, plan.TotalBytes);
    }

    private static Decoder Create(Hone.Kernels.IKernels kernels, string? target)
    {
        var decoder = Decoder.Create(TinyRun.Spec, kernels, seed: 7, trainable: target is null);
        if (target is null) return decoder;
        decoder.AddLora(new PeftConfig { Rank = 3, LoraAlpha = 4, LoraDropout = 0.25, Target = TargetModules.Text(target) }, seed: 7);
        return decoder;
    }

    private static MicroBatch Batch()
    {
        var batch = new MicroBatch(100);
        foreach (var row in TinyRun.Rows(4)) batch.Append(row.Ids, row.LossWeights, row.Row);
        return batch;
    }
}
