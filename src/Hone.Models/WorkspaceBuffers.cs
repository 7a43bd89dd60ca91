using Hone.Models.Blocks;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>The buffers of a <see cref="DecoderWorkspace"/>. T tokens, S supervised rows, C hidden size, V vocabulary.</summary>
internal sealed class WorkspaceBuffers
{
    /// <summary>Logits are held for as many rows as fit into this, and for no more than make the products as fast as they get.</summary>
    private const long LogitsBytes = 192L << 20;

    private const int MostLogitRows = 512;

    private readonly Tensor[] hidden;
    private readonly BlockActivations[] activations;

    public WorkspaceBuffers(BufferLedger ledger, Decoder decoder, WorkspaceShape shape)
    {
        var (t, s, spec) = (shape.MaxTokens, shape.MaxTargets, decoder.Spec);
        var keepAll = shape.Training && !shape.Checkpointing;
        Ids = ledger.Take("batch", 1, t, DType.I32);
        Positions = ledger.Take("batch", 1, t, DType.I32);
        SegmentStarts = ledger.Take("batch", 1, t + 1, DType.I32);
        TargetRows = ledger.Take("batch", 1, s, DType.I32);
        Targets = ledger.Take("batch", 1, s, DType.I32);
        Weights = ledger.Take("batch", 1, s);
        Losses = ledger.Take("batch", 1, s);
        Corrects = ledger.Take("batch", 1, s, DType.I32);
        Cos = ledger.Take("rotary table", t, decoder.RotaryPairs);
        Sin = ledger.Take("rotary table", t, decoder.RotaryPairs);

        // Without a backward pass two hidden states take turns.
        hidden = new Tensor[shape.Training ? decoder.Blocks.Count + 1 : 2];
        for (var i = 0; i < hidden.Length; i++)
            hidden[i] = ledger.Take("hidden states", i == decoder.Blocks.Count && shape.Training ? s : t, spec.HiddenSize);
        activations = new BlockActivations[keepAll ? decoder.Blocks.Count : 1];
        for (var i = 0; i < activations.Length; i++)
            activations[i] = new BlockActivations(ledger, "activations", keepAll ? [decoder.Blocks[i]] : decoder.Blocks, t);
        Scratch = new BlockScratch(ledger, decoder.Blocks, shape);
        FinalRstd = ledger.Take("scratch", t, 1);
        Logits = ledger.Take("logits", Math.Min(s, LogitRows(spec.VocabularySize)), spec.VocabularySize);
        if (!shape.Training) return;
        HiddenGradient = ledger.Take("gradients of activations", s, spec.HiddenSize);
        InputGradient = ledger.Take("gradients of activations", t, spec.HiddenSize);
    }

    public Tensor Ids { get; }

    public Tensor Positions { get; }

    public Tensor SegmentStarts { get; }

    public Tensor TargetRows { get; }

    public Tensor Targets { get; }

    public Tensor Weights { get; }

    public Tensor Losses { get; }

    public Tensor Corrects { get; }

    public Tensor Cos { get; }

    public Tensor Sin { get; }

    public BlockScratch Scratch { get; }

    public Tensor FinalRstd { get; }

    /// <summary>[chunk, V].</summary>
    public Tensor Logits { get; }

    /// <summary>Gradient of the rows that are read [S, C].</summary>
    public Tensor HiddenGradient { get; }

    /// <summary>Gradient of a block's input [T, C], when the last block reads fewer rows.</summary>
    public Tensor InputGradient { get; }

    /// <summary>Input of block i; output of the last block at i = blocks.</summary>
    public Tensor Hidden(int i) => hidden[i % hidden.Length];

    public BlockActivations Activations(int i) => activations[i % activations.Length];

    /// <summary>
    /// Rows of a chunk. Gradients of the output layer are summed chunk by chunk, so the borders must not follow the largest
    /// micro-batch of a run: a validation row would change the bits of training.
    /// </summary>
    private static int LogitRows(int vocabulary) => (int)Math.Clamp(LogitsBytes / (4L * vocabulary), 16, MostLogitRows);
}
