using Hone.Models.Adapters;

namespace Hone.Models.Tests.Decoding;

/// <summary>What must be true of every decoder, whatever its numbers.</summary>
public class DecoderLawTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Checkpointing_changes_no_bit_of_any_gradient(bool lora)
    {
        var golden = new GoldenModel("qwen3_tied");
        var kept = Gradients(golden, "cpu2", lora, checkpointing: false, golden.Pack(2));
        var recomputed = Gradients(golden, "cpu2", lora, checkpointing: true, golden.Pack(2));
        Assert.Equal(kept, recomputed);
    }

    /// <summary>What a block keeps lies in the gradients of the block below; an evaluation before the step leaves its own there.</summary>
    [Theory]
    [InlineData("qwen2_tied", false)]
    [InlineData("llama_untied", false)]
    [InlineData("qwen3_tied", true)]
    public void Activations_in_the_memory_of_gradients_change_no_bit(string model, bool checkpointing)
    {
        var golden = new GoldenModel(model);
        var batch = golden.Pack(2);
        var nothing = GoldenModel.Pack(golden.Rows(1).Select(r => (r.Row, r.Ids, r.Ids.Select(_ => -100).ToArray())));
        var kept = Gradients(golden, "cpu2", lora: false, checkpointing, batch);
        using var kernels = GoldenModel.Device("cpu2");
        using var decoder = Decoder.Load(golden.Folder, kernels, trainable: true);
        var shape = new WorkspaceShape(Math.Max(batch.TokenCount, nothing.TokenCount), batch.TokenCount, true, checkpointing);
        using var workspace = new DecoderWorkspace(decoder, shape with { OneMicroBatch = true });
        Assert.InRange(workspace.Bytes, 1, DecoderWorkspace.Plan(decoder, shape).Sum(e => e.Bytes) - 1);
        Assert.Equal(workspace.Bytes, DecoderWorkspace.Plan(decoder, shape with { OneMicroBatch = true }).Sum(e => e.Bytes));
        workspace.Evaluate(golden.Pack(1));
        workspace.Train(nothing, 1, 11);
        Assert.All(decoder.TrainableParameters, p => Assert.All(p.Gradient.AsSpan<float>().ToArray(), g => Assert.Equal(0, g)));
        workspace.Evaluate(golden.Pack(1));
        workspace.Train(batch, (float)(1 / batch.WeightSum), 11);
        Assert.Equal(kept, decoder.TrainableParameters.SelectMany(p => p.Gradient.AsSpan<float>().ToArray()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_thread_and_two_give_the_same_bits(bool lora)
    {
        var golden = new GoldenModel("qwen2_tied");
        Assert.Equal(Gradients(golden, "cpu1", lora, false, golden.Pack(2)), Gradients(golden, "cpu2", lora, false, golden.Pack(2)));
    }

    [Theory]
    [InlineData("llama_untied", false)]
    [InlineData("qwen3_tied", true)]
    public void Rows_packed_together_give_the_gradient_of_rows_one_by_one(string model, bool lora)
    {
        var golden = new GoldenModel(model);
        var all = golden.Pack(2);
        var together = Gradients(golden, "cpu2", lora, false, all);
        var apart = Gradients(golden, "cpu2", lora, false,
            [.. golden.Rows(2).Select(r => GoldenModel.Pack([r]))]);

        // The sums run over the same terms in another order: an error of a few units in the last place of the largest.
        var scale = together.Max(Math.Abs);
        for (var i = 0; i < together.Length; i++) Assert.InRange(together[i] - apart[i], -4e-6 * scale, 4e-6 * scale);
    }

    [Fact]
    public void A_fresh_adapter_leaves_the_model_as_it_was()
    {
        var golden = new GoldenModel("llama_untied");
        using var kernels = GoldenModel.Device("cpu2");
        using var decoder = Decoder.Load(golden.Folder, kernels, trainable: false);
        var batch = golden.Pack(1);
        using var plain = GoldenModel.Workspace(decoder, batch, training: false);
        var before = plain.Evaluate(batch);
        decoder.AddLora(new PeftConfig { Rank = 4, Target = TargetModules.AllLinear }, 7);
        using var adapted = GoldenModel.Workspace(decoder, batch, training: false);
        Assert.Equal(before, adapted.Evaluate(batch));
    }

    [Fact]
    public void The_plan_of_a_workspace_is_what_it_takes()
    {
        var golden = new GoldenModel("qwen3_tied");
        using var kernels = GoldenModel.Device("cpu1");
        using var decoder = Decoder.Load(golden.Folder, kernels, trainable: false);
        decoder.AddLora(new PeftConfig { Rank = 4, LoraDropout = 0.1, Target = TargetModules.AllLinear }, 7);
        foreach (var shape in new[]
        {
            new WorkspaceShape(33, 33, true), new WorkspaceShape(64, 9, true, true), new WorkspaceShape(50, 20, false),
        })
        {
            using var workspace = new DecoderWorkspace(decoder, shape);
            Assert.Equal(workspace.Bytes, DecoderWorkspace.Plan(decoder, shape).Sum(e => e.Bytes));
        }
    }

    [Fact]
    public void A_training_step_allocates_no_managed_memory()
    {
        var golden = new GoldenModel("qwen2_tied");
        using var kernels = GoldenModel.Device("cpu2");
        using var decoder = Decoder.Load(golden.Folder, kernels, trainable: true);
        var batch = golden.Pack(2);
        using var workspace = GoldenModel.Workspace(decoder, batch, training: true);
        for (var i = 0; i < 3; i++) workspace.Train(batch, 1, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        workspace.Train(batch, 1, 0);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Room_for_supervised_tokens_changes_no_bit_of_any_gradient()
    {
        const int Tokens = 1100;
        var spec = DecoderSpec.Parse(Configs.Llama(("num_hidden_layers", 1)), "config.json");
        var batch = GoldenModel.Pack([(0, Ids(Tokens, 2), Enumerable.Repeat(1, Tokens).ToArray())]);
        using var kernels = GoldenModel.Device("cpu2");
        Assert.Equal(GradientOfTheOutput(Tokens), GradientOfTheOutput(1800));

        float[] GradientOfTheOutput(int room)
        {
            using var decoder = Decoder.Create(spec, kernels, 5);
            using var workspace = new DecoderWorkspace(decoder, new WorkspaceShape(1800, room, Training: true));
            workspace.Train(batch, 1f / Tokens, 0);
            return decoder.OutputTable.Gradient.AsSpan<float>().ToArray();
        }
    }

    [Fact]
    public void Logits_of_a_training_workspace_without_the_rows_are_refused()
    {
        var golden = new GoldenModel("qwen2_tied");
        using var kernels = GoldenModel.Device("cpu1");
        using var decoder = Decoder.Load(golden.Folder, kernels, trainable: false);
        var batch = golden.Pack(1);
        using var workspace = new DecoderWorkspace(decoder, new WorkspaceShape(batch.TokenCount, 1, Training: true));
        Assert.Throws<InvalidOperationException>(() => workspace.Logits(batch, new float[batch.TokenCount * decoder.Spec.VocabularySize]));
    }

    private static int[] Ids(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => (i * 7919 + seed * 31 + i * i) % 320)];

    private static float[] Gradients(GoldenModel golden, string device, bool lora, bool checkpointing, params MicroBatch[] batches)
    {
        using var kernels = GoldenModel.Device(device);
        using var decoder = Decoder.Load(golden.Folder, kernels, trainable: !lora);
        if (lora)
        {
            decoder.AddLora(new PeftConfig { Rank = 4, LoraAlpha = 8, LoraDropout = batches.Length == 1 && golden.Name != "qwen3_tied" ? 0.1 : 0, Target = TargetModules.AllLinear }, 3);
            foreach (var p in decoder.AdapterParameters.Where(p => p.Name.EndsWith("lora_B.weight", StringComparison.Ordinal)))
                kernels.FillNormal(p.Value, 0, 0.1f, 5, 6);
        }

        var most = batches.Max(b => b.TokenCount);
        using var workspace = new DecoderWorkspace(decoder, new WorkspaceShape(most, most, true, checkpointing));
        var scale = (float)(1 / batches.Sum(b => b.WeightSum));
        foreach (var batch in batches) workspace.Train(batch, scale, 11);
        return [.. decoder.TrainableParameters.SelectMany(p => p.Gradient.AsSpan<float>().ToArray())];
    }
}
