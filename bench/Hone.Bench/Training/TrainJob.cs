using Hone.Kernels;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Tensors;

namespace Hone.Bench.Training;

/// <summary>
/// A model with random weights and everything that one optimizer step needs: forward, backward, AdamW over one batch, as the
/// PyTorch reference script does it. Full training, or LoRA on all linear layers of a frozen base.
/// </summary>
internal sealed class TrainJob : IDisposable
{
    private const ulong Seed = 1;
    private readonly IKernels kernels;
    private readonly Decoder decoder;
    private readonly DecoderWorkspace workspace;
    private readonly Arena moments;
    private readonly Parameter[] trained;
    private readonly Tensor[] means, squares;
    private readonly MicroBatch batch;
    private int step;

    /// <param name="shape">Model and batch.</param>
    /// <param name="kernels">The device.</param>
    /// <param name="lora">Adapter instead of all weights.</param>
    /// <param name="folder">Checkpoint that holds the frozen base; null makes random F32 weights.</param>
    /// <param name="checkpointing">Recompute activations in the backward pass.</param>
    /// <param name="rank">Of the adapter; its alpha is twice that.</param>
    public TrainJob(TrainShape shape, IKernels kernels, bool lora, string? folder, bool checkpointing, int rank = 16)
    {
        this.kernels = kernels;
        decoder = folder is null ? Decoder.Create(shape.Spec(), kernels, Seed, trainable: !lora) : Decoder.Load(folder, kernels, trainable: !lora);
        if (lora) decoder.AddLora(new PeftConfig { Rank = rank, LoraAlpha = 2 * rank, Target = TargetModules.AllLinear }, Seed);
        workspace = new DecoderWorkspace(decoder, new WorkspaceShape(shape.Tokens, shape.Tokens, Training: true, checkpointing, OneMicroBatch: true));
        moments = kernels.CreateArena("moments");
        trained = [.. decoder.TrainableParameters];
        means = [.. trained.Select(p => moments.Allocate(p.Value.Rows, p.Value.Columns))];
        squares = [.. trained.Select(p => moments.Allocate(p.Value.Rows, p.Value.Columns))];
        batch = shape.RandomBatch();
        Parameters = decoder.Parameters.Concat(decoder.AdapterParameters).Sum(p => p.Value.Count);
        Trainable = trained.Sum(p => p.Value.Count);
    }

    /// <summary>All parameters.</summary>
    public long Parameters { get; }

    /// <summary>Parameters that are trained.</summary>
    public long Trainable { get; }

    /// <summary>
    /// Operations of a step: six for each trained parameter and token, four for each frozen one (no gradient of its own).
    /// Attention is not counted.
    /// </summary>
    public double FlopsPerStep => (6.0 * Trainable + 4.0 * (Parameters - Trainable)) * batch.TokenCount;

    /// <summary>Writes random weights as a BF16 checkpoint.</summary>
    public static void WriteCheckpoint(TrainShape shape, IKernels kernels, string folder)
    {
        using var decoder = Decoder.Create(shape.Spec(), kernels, Seed, trainable: false);
        decoder.Save(folder, DType.BF16, null);
        File.WriteAllText(Path.Combine(folder, "config.json"), shape.Config().ToJsonString());
    }

    /// <summary>One step; the mean loss before it.</summary>
    public double Step()
    {
        var totals = workspace.Train(batch, 1f / batch.TokenCount, dropoutKey: 0);
        var settings = new AdamWStep
        {
            LearningRate = 3e-4f,
            Beta1 = 0.9f,
            Beta2 = 0.999f,
            Epsilon = 1e-8f,
            WeightDecay = 0.01f,
            Step = ++step,
            GradientScale = 1,
            ClearGradient = true,
        };
        for (var i = 0; i < trained.Length; i++) kernels.AdamW(trained[i].Value, trained[i].Gradient, means[i], squares[i], settings);
        return totals.WeightedLoss / totals.Targets;
    }

    public void Dispose()
    {
        moments.Dispose();
        workspace.Dispose();
        decoder.Dispose();
    }
}
