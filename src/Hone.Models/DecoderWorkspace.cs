using Hone.Kernels;
using Hone.Models.Blocks;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>
/// Everything a decoder needs besides its parameters to run micro-batches: activations, scratch and gradients of
/// activations, planned from the shapes, taken from one arena when it is made, and never again.
/// </summary>
public sealed class DecoderWorkspace : IDisposable
{
    private readonly Decoder decoder;
    private readonly IKernels kernels;
    private readonly Arena arena;
    private readonly WorkspaceBuffers buffers;
    private readonly int[] targetRows;
    private readonly int[] targetIds;
    private readonly float[] targetWeights;
    private readonly float[] losses;
    private readonly int[] corrects;
    private readonly RotaryByRow? rotary;

    /// <summary>Allocates the workspace.</summary>
    /// <param name="decoder">The model, with its adapter attached already; it must outlive the workspace.</param>
    /// <param name="shape">Largest micro-batch.</param>
    public DecoderWorkspace(Decoder decoder, WorkspaceShape shape)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.MaxTokens, 1);
        this.decoder = decoder;
        kernels = decoder.Kernels;
        Shape = shape.Bounded();
        Reserve(decoder, Shape);
        arena = kernels.CreateArena("workspace");
        buffers = new WorkspaceBuffers(new BufferLedger(arena), decoder, Shape);
        if (RotaryRows.FollowLength(decoder.Spec)) rotary = new RotaryByRow(decoder, Shape.MaxTokens);
        else decoder.FillRotary(buffers.Cos, buffers.Sin);
        targetRows = new int[Shape.MaxTargets];
        targetIds = new int[Shape.MaxTargets];
        targetWeights = new float[Shape.MaxTargets];
        losses = new float[Shape.MaxTargets];
        corrects = new int[Shape.MaxTargets];
    }

    /// <summary>Largest micro-batch it can hold.</summary>
    public WorkspaceShape Shape { get; }

    /// <summary>Native bytes taken.</summary>
    public long Bytes => arena.ReservedBytes;

    /// <summary>−log p of each supervised token of the last micro-batch, in token order, unweighted, nats.</summary>
    public ReadOnlySpan<float> LastTokenLosses => losses.AsSpan(0, LastTargets);

    /// <summary>1 where the most likely token was the target, for each of <see cref="LastTokenLosses"/>.</summary>
    public ReadOnlySpan<int> LastCorrect => corrects.AsSpan(0, LastTargets);

    private int LastTargets { get; set; }

    /// <summary>What a workspace would take, by purpose, without taking it.</summary>
    public static IReadOnlyList<(string Purpose, long Bytes)> Plan(Decoder decoder, WorkspaceShape shape)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        var ledger = new BufferLedger(null);
        _ = new WorkspaceBuffers(ledger, decoder, shape.Bounded());
        return ledger.Entries;
    }

    /// <summary>Lets the device take the scratch that micro-batches of this shape need, so that its bytes are known before the first.</summary>
    public static void Reserve(Decoder decoder, WorkspaceShape shape)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        foreach (var attention in decoder.Blocks.Select(b => b.Shape).Distinct())
            decoder.Kernels.Reserve(attention, shape.MaxTokens, decoder.Spec.HiddenSize);
    }

    /// <summary>
    /// Forward and backward: adds the gradient of Σ weight·nll·<paramref name="gradientScale"/> to
    /// <see cref="Parameter.Gradient"/> of every trainable parameter. With <see cref="WorkspaceShape.OneMicroBatch"/> those of matrices are overwritten, and the others must be 0 before.
    /// </summary>
    /// <param name="batch">The micro-batch.</param>
    /// <param name="gradientScale">Usually 1 / (sum of weights of the whole optimizer step).</param>
    /// <param name="dropoutKey">Seed of this micro-batch's dropout masks: a function of run seed, step and micro-batch.</param>
    public LossTotals Train(MicroBatch batch, float gradientScale, ulong dropoutKey)
    {
        if (!Shape.Training) throw new InvalidOperationException("This workspace has no room for a backward pass.");
        return Run(batch, gradientScale, dropoutKey);
    }

    /// <summary>Forward only, without dropout.</summary>
    public LossTotals Evaluate(MicroBatch batch) => Run(batch, null, null);

    /// <summary>
    /// Logits of every position, [T, V] row by row, without dropout. For tests and comparisons: training and evaluation never
    /// hold all logits.
    /// </summary>
    public void Logits(MicroBatch batch, Span<float> output)
    {
        var (t, vocabulary) = (batch.TokenCount, decoder.Spec.VocabularySize);
        if (output.Length != (long)t * vocabulary) throw new ArgumentException($"{output.Length} numbers for [{t}, {vocabulary}] logits");
        if (Shape.Training && t > Shape.MaxTargets)
            throw new InvalidOperationException($"A workspace for training holds logits of {Shape.MaxTargets} rows; {t} were asked for.");
        var hidden = Forward(Upload(batch, null), default);
        var normed = buffers.Scratch.Normed.SliceRows(0, t);
        decoder.FinalNorm.Forward(kernels, hidden, normed, buffers.FinalRstd.SliceRows(0, t));
        using var own = kernels.CreateArena("logits");
        var logits = own.Allocate(t, vocabulary);
        kernels.Linear(normed, decoder.OutputTable.Value, logits, default);
        kernels.Download(logits, output);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose() => arena.Dispose();

    private LossTotals Run(MicroBatch batch, float? gradientScale, ulong? dropoutKey)
    {
        var input = Upload(batch, dropoutKey);
        var n = CollectTargets(batch);
        LastTargets = n;
        if (n == 0)
        {
            for (var i = 0; gradientScale is not null && i < decoder.Blocks.Count; i++) ClearLent(i);
            return default;
        }

        var rows = n < batch.TokenCount ? buffers.TargetRows.SliceColumns(0, n) : default;
        if (!rows.IsEmpty) kernels.Upload<int>(targetRows.AsSpan(0, n), rows);
        kernels.Upload<int>(targetIds.AsSpan(0, n), buffers.Targets.SliceColumns(0, n));
        kernels.Upload<float>(targetWeights.AsSpan(0, n), buffers.Weights.SliceColumns(0, n));

        var hidden = Forward(input, rows);
        var gradient = Loss(hidden, n, gradientScale);
        if (gradientScale is not null) Backward(input, rows, gradient);
        var totals = Totals(batch, n);

        // Views do not keep the arena alive: a collected workspace must not free it under a running op.
        GC.KeepAlive(this);
        return totals;
    }

    private BlockInput Upload(MicroBatch batch, ulong? dropoutKey)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var t = batch.TokenCount;
        if (t == 0 || t > Shape.MaxTokens) throw new ArgumentException($"a micro-batch of {t} tokens; the workspace holds 1 to {Shape.MaxTokens}");
        foreach (var id in batch.Ids.AsSpan(0, t))
        {
            if ((uint)id >= (uint)decoder.Spec.VocabularySize)
                throw new HoneException(ExitCode.Data, $"Token id {id} is outside the model's vocabulary of {decoder.Spec.VocabularySize}.", null,
                    "Use the tokenizer that belongs to this model.");
        }

        var (ids, positions, starts) = (buffers.Ids.SliceColumns(0, t), buffers.Positions.SliceColumns(0, t),
            buffers.SegmentStarts.SliceColumns(0, batch.SegmentCount + 1));
        kernels.Upload<int>(batch.Ids.AsSpan(0, t), ids);
        if (rotary is null) kernels.Upload<int>(batch.Positions.AsSpan(0, t), positions);
        else rotary.Upload(batch, positions, buffers.Cos.SliceRows(0, t), buffers.Sin.SliceRows(0, t));
        kernels.Upload<int>(batch.SegmentStarts.AsSpan(0, batch.SegmentCount + 1), starts);
        return new BlockInput(kernels, t, positions, starts, buffers.Cos, buffers.Sin, dropoutKey, Shape.OneMicroBatch);
    }

    private int CollectTargets(MicroBatch batch)
    {
        if (batch.TargetCount > Shape.MaxTargets)
            throw new ArgumentException($"a micro-batch with {batch.TargetCount} supervised tokens; the workspace holds {Shape.MaxTargets}");
        var n = 0;
        for (var i = 0; i < batch.TokenCount; i++)
        {
            if (batch.Targets[i] < 0) continue;
            (targetRows[n], targetIds[n], targetWeights[n]) = (i, batch.Targets[i], batch.Weights[i]);
            if ((uint)targetIds[n] >= (uint)decoder.Spec.VocabularySize)
                throw new HoneException(ExitCode.Data, $"Label {targetIds[n]} is outside the model's vocabulary of {decoder.Spec.VocabularySize}.");
            n++;
        }

        return n;
    }

    /// <summary>Embedding and all blocks; the hidden states of the rows that are read [S, C].</summary>
    private Tensor Forward(in BlockInput input, Tensor rows)
    {
        var t = input.Tokens;
        var x = buffers.Hidden(0).SliceRows(0, t);
        kernels.Embedding(decoder.EmbeddingTable.Value, buffers.Ids.SliceColumns(0, t), x, decoder.Spec.EmbeddingScale);
        for (var i = 0; i < decoder.Blocks.Count; i++)
        {
            var read = i == decoder.Blocks.Count - 1 ? rows : default;
            var y = buffers.Hidden(i + 1).SliceRows(0, read.IsEmpty ? t : read.Columns);
            decoder.Blocks[i].Forward(input, buffers.Activations(i), buffers.Scratch, x, y, read);
            x = y;
        }

        return x;
    }

    /// <summary>Final norm, output layer and cross-entropy; the gradient of <paramref name="hidden"/> unless only evaluating.</summary>
    private Tensor Loss(Tensor hidden, int n, float? gradientScale)
    {
        var normed = buffers.Scratch.Normed.SliceRows(0, n);
        var rstd = buffers.FinalRstd.SliceRows(0, n);
        decoder.FinalNorm.Forward(kernels, hidden, normed, rstd);
        var dNormed = gradientScale is null ? default : buffers.Scratch.NormedGradient.SliceRows(0, n);
        kernels.LinearCrossEntropy(normed, decoder.OutputTable.Value, buffers.Targets.SliceColumns(0, n), buffers.Weights.SliceColumns(0, n),
            gradientScale ?? 0, buffers.Logits, buffers.Losses.SliceColumns(0, n), buffers.Corrects.SliceColumns(0, n),
            dNormed, gradientScale is null ? default : decoder.OutputTable.Gradient);
        if (gradientScale is null) return default;
        var dHidden = buffers.HiddenGradient.SliceRows(0, n);
        decoder.FinalNorm.Backward(kernels, hidden, rstd, dNormed, dHidden, accumulate: false);
        return dHidden;
    }

    private void Backward(in BlockInput input, Tensor rows, Tensor gradient)
    {
        var t = input.Tokens;
        var lowest = decoder.EmbeddingTable.IsTrainable ? -1 : decoder.LowestTrainableBlock;
        for (var i = decoder.Blocks.Count - 1; i >= Math.Max(lowest, 0); i--)
        {
            var read = i == decoder.Blocks.Count - 1 ? rows : default;
            var x = buffers.Hidden(i).SliceRows(0, t);
            var activations = buffers.Activations(i);
            if (Shape.Checkpointing) decoder.Blocks[i].Forward(input, activations, buffers.Scratch, x, default, read);
            var dx = read.IsEmpty ? gradient : buffers.InputGradient.SliceRows(0, t);
            decoder.Blocks[i].Backward(input, activations, buffers.Scratch, x, gradient, dx, read, needInput: i > lowest);
            gradient = dx;
        }

        if (decoder.EmbeddingTable.IsTrainable)
            kernels.EmbeddingBackward(gradient, buffers.Ids.SliceColumns(0, t), decoder.EmbeddingTable.Gradient, decoder.Spec.EmbeddingScale);
    }

    private void ClearLent(int block)
    {
        foreach (var gradient in buffers.LentGradients(block)) kernels.Fill(gradient, 0);
    }

    private LossTotals Totals(MicroBatch batch, int n)
    {
        kernels.Download(buffers.Losses.SliceColumns(0, n), losses.AsSpan(0, n));
        kernels.Download(buffers.Corrects.SliceColumns(0, n), corrects.AsSpan(0, n));
        double sum = 0;
        var correct = 0;
        for (var i = 0; i < n; i++)
        {
            sum += (double)targetWeights[i] * losses[i];
            correct += corrects[i];
        }

        return new LossTotals(sum, batch.WeightSum, n, correct);
    }
}
