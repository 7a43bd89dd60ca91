using System.Diagnostics;
using Hone.Kernels;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Tensors;

namespace Hone.Training.Planning;

/// <summary>
/// Seconds that the parts of a step take on this machine, measured in well under a second on one block of the model, a slice of
/// its output layer and a slice of its parameters: the code that trains, at the micro-batches that it will have.
/// </summary>
internal sealed class SpeedProbe
{
    /// <summary>
    /// Work of one pass. Fewer tokens than a micro-batch has are enough for it: the rate hardly grows beyond the least number.
    /// </summary>
    private const double OperationsPerPass = 4e9;

    private const int LeastTokens = 128;
    private const int MostRowsOfTable = 2048;
    private const int MostParameters = 2 << 20;
    private const double SecondsPerPart = 0.03;

    private readonly IKernels kernels;
    private readonly Func<double> clock;

    /// <summary>Measures.</summary>
    /// <param name="model">The model, or its outline, with its adapter.</param>
    /// <param name="kernels">The device that will train.</param>
    /// <param name="tokens">Tokens of a usual micro-batch.</param>
    /// <param name="sequence">Tokens of a sample in it.</param>
    /// <param name="checkpointing">Whether activations are computed again.</param>
    /// <param name="evaluates">Whether evaluation is measured, too; otherwise its speeds are 0.</param>
    /// <param name="clock">Seconds since some moment; null takes the wall clock.</param>
    public SpeedProbe(Decoder model, IKernels kernels, int tokens, int sequence, bool checkpointing, bool evaluates, Func<double>? clock = null)
    {
        (this.kernels, this.clock) = (kernels, clock ?? (() => (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency));
        var isFull = model.Adapter is null;
        var spec = model.Spec with { LayerCount = 1, VocabularySize = Math.Min(model.Spec.VocabularySize, MostRowsOfTable) };
        using var block = Decoder.Blank(spec, kernels, isFull);
        if (!isFull) block.AddLora(AdapterOfAnyBlock(model), seed: 1);
        var flops = new FlopModel(block);
        var count = Math.Min(tokens, Math.Max(LeastTokens, (int)(OperationsPerPass / flops.OfBlocks(1, 1))));
        var batch = Batch(count, Math.Min(sequence, count), spec.VocabularySize);
        var (trainedOutput, evaluatedOutput) = MeasureOutput(block, Math.Max(1, batch.TargetCount), evaluates);
        using (var workspace = new DecoderWorkspace(block, new WorkspaceShape(count, count, Training: true, checkpointing)))
        {
            double cells = (double)batch.TargetCount * spec.VocabularySize;
            var trained = Best(() => workspace.Train(batch, 1, dropoutKey: 1)) - cells * trainedOutput;
            var evaluated = evaluates ? Best(() => workspace.Evaluate(batch)) - cells * evaluatedOutput : 0;
            SecondsPerOperation = Math.Max(0, trained) / flops.OfBlocks(batch.TokenCount, batch.TargetCount);
            EvaluationSecondsPerToken = Math.Max(0, evaluated) / batch.TokenCount * model.Spec.LayerCount;
        }

        var vocabulary = model.Spec.VocabularySize;
        SecondsPerLearnedToken = trainedOutput * vocabulary;
        EvaluationSecondsPerLearnedToken = evaluatedOutput * vocabulary;
        SecondsPerParameter = MeasureUpdate(model.TrainableParameters.Sum(p => p.Count));
    }

    /// <summary>Seconds for each operation of the blocks' products, with everything else that blocks do.</summary>
    public double SecondsPerOperation { get; }

    /// <summary>Seconds of the output layer, with its loss and gradients.</summary>
    public double SecondsPerLearnedToken { get; }

    /// <summary>Seconds of the blocks when only the loss is wanted.</summary>
    public double EvaluationSecondsPerToken { get; }

    /// <summary>Seconds of the output layer when only the loss is wanted.</summary>
    public double EvaluationSecondsPerLearnedToken { get; }

    /// <summary>Seconds of norm and update for each trained parameter, once a step.</summary>
    public double SecondsPerParameter { get; }

    /// <summary>The adapter on the one block that is measured, whichever blocks have it.</summary>
    private static PeftConfig AdapterOfAnyBlock(Decoder model)
    {
        // model.layers.N.self_attn.q_proj.lora_A.weight
        var modules = model.AdapterParameters.Select(p => p.Name.Split('.')[^3]).Distinct().ToList();
        var rank = model.AdapterParameters.Where(p => p.Name.EndsWith(".lora_A.weight", StringComparison.Ordinal)).Max(p => p.Shape[0]);
        return new PeftConfig { Rank = rank, LoraAlpha = rank, LoraDropout = model.Adapter!.LoraDropout, Target = TargetModules.List(modules) };
    }

    private static MicroBatch Batch(int tokens, int sequence, int vocabulary)
    {
        var batch = new MicroBatch(tokens);
        var (ids, weights) = (Enumerable.Range(0, sequence).Select(i => i % vocabulary).ToArray(), Enumerable.Repeat(1f, sequence).ToArray());
        for (var left = tokens; left > 0; left -= sequence)
            batch.Append(ids.AsSpan(0, Math.Min(left, sequence)), weights.AsSpan(0, Math.Min(left, sequence)), 0);
        return batch;
    }

    /// <summary>Seconds for each logit: with gradients, and without, if that is asked for.</summary>
    private (double Trained, double Evaluated) MeasureOutput(Decoder block, int rows, bool evaluates)
    {
        var table = block.Parameters.LastOrDefault(p => p.Name == "lm_head.weight") ?? block["model.embed_tokens.weight"];
        using var arena = kernels.CreateArena("speed probe");
        var x = arena.Allocate(rows, table.Value.Columns);
        var logits = arena.Allocate(rows, CacheSets.SpreadStride(table.Value.Rows)).SliceColumns(0, table.Value.Rows);
        var (targets, weights) = (arena.Allocate(DType.I32, 1, rows), arena.Allocate(1, rows));
        var (loss, correct) = (arena.Allocate(1, rows), arena.Allocate(DType.I32, 1, rows));
        var dx = arena.Allocate(rows, table.Value.Columns);
        double cells = (double)rows * table.Value.Rows;
        var trained = Best(() => kernels.LinearCrossEntropy(x, table.Value, targets, weights, 1, logits, loss, correct, dx, table.Gradient));
        var evaluated = evaluates ? Best(() => kernels.LinearCrossEntropy(x, table.Value, targets, weights, 0, logits, loss, correct, default, default)) : 0;
        return (trained / cells, evaluated / cells);
    }

    private double MeasureUpdate(long parameters)
    {
        var columns = (int)Math.Clamp(parameters, 1, MostParameters);
        using var arena = kernels.CreateArena("speed probe");
        var (value, gradient) = (arena.Allocate(1, columns), arena.Allocate(1, columns));
        var (mean, square) = (arena.Allocate(1, columns), arena.Allocate(1, columns));
        var step = new AdamWStep
        {
            LearningRate = 1e-4f,
            Beta1 = 0.9f,
            Beta2 = 0.999f,
            Epsilon = 1e-8f,
            WeightDecay = 0.1f,
            Step = 1,
            GradientScale = 1,
            ClearGradient = true,
        };
        return Best(() =>
        {
            _ = kernels.SumOfSquares(gradient);
            kernels.AdamW(value, gradient, mean, square, step);
        }) / columns;
    }

    /// <summary>The fastest of some rounds, so that neither compilation nor a busy neighbour counts.</summary>
    private double Best(Action work)
    {
        work();
        var (best, start) = (double.PositiveInfinity, clock());
        do
        {
            var began = clock();
            work();
            best = Math.Min(best, clock() - began);
        }
        while (clock() - start < SecondsPerPart);
        return best;
    }
}
