using Hone.Kernels;
using Hone.Models.Blocks;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>The buffers of a <see cref="DecoderWorkspace"/>. T tokens, S supervised rows, C hidden size, V vocabulary.</summary>
internal sealed class WorkspaceBuffers
{
    /// <summary>
    /// Logits are held for as many rows as fit into this, and for no more than make the products as fast as they get. Each chunk
    /// packs the whole output table anew: at a vocabulary of 152 k, 172 rows cost 1 % more than twice as many, 64 rows 20 % more.
    /// </summary>
    private const long LogitsBytes = 100L << 20;

    /// <summary>The same where memory is dearer than time, and where it is much dearer.</summary>
    private const long FewerLogitsBytes = 64L << 20, FewestLogitsBytes = 16L << 20;

    private const int MostLogitRows = 512;

    private readonly Tensor[] hidden;
    private readonly BlockActivations[] activations;
    private readonly Tensor[][] lent;

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

        var lenders = Enumerable.Range(0, decoder.Blocks.Count).Select(i => new BufferLedger(ledger, Lent(decoder, shape, i - 1))).ToArray();

        // The largest first. Without a backward pass two hidden states take turns.
        activations = new BlockActivations[keepAll ? decoder.Blocks.Count : 1];
        for (var i = 0; keepAll && i < activations.Length; i++) activations[i] = new BlockActivations(lenders[i], "activations", [decoder.Blocks[i]], t);
        hidden = new Tensor[shape.Training ? decoder.Blocks.Count + 1 : 2];
        for (var i = 0; i < hidden.Length; i++)
        {
            hidden[i] = (shape.Training && i < lenders.Length ? lenders[i] : ledger)
                .Take("hidden states", i == decoder.Blocks.Count && shape.Training ? s : t, spec.HiddenSize);
        }

        lent = [.. lenders.Skip(1).Select(l => l.UsedRooms.ToArray()), []];
        var normed = ledger.Take("scratch", t, spec.HiddenSize);
        var normedGradient = shape.Training ? ledger.Take("scratch", t, spec.HiddenSize) : default;
        FinalRstd = ledger.Take("scratch", t, 1);
        if (shape.Training) HiddenGradient = ledger.Take("gradients of activations", s, spec.HiddenSize);

        // Blocks and output layer never run at once, and only what is kept for the backward pass outlives a block.
        ledger.TakeInTurn("logits, or what a block needs while it runs",
            loss => Logits = loss.Take("logits", Math.Min(s, LogitRows(decoder, shape)), CacheSets.SpreadStride(spec.VocabularySize)).SliceColumns(0, spec.VocabularySize),
            block =>
            {
                if (!keepAll) activations[0] = new BlockActivations(block, "activations", decoder.Blocks, t);
                Scratch = new BlockScratch(block, normed, normedGradient, decoder.Blocks, shape);
                if (shape.Training) InputGradient = block.Take("gradients of activations", t, spec.HiddenSize);
            });
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

    public BlockScratch Scratch { get; private set; } = null!;

    public Tensor FinalRstd { get; }

    /// <summary>[chunk, V], not always dense.</summary>
    public Tensor Logits { get; private set; }

    /// <summary>Gradient of the rows that are read [S, C].</summary>
    public Tensor HiddenGradient { get; }

    /// <summary>Gradient of a block's input [T, C], when the last block reads fewer rows.</summary>
    public Tensor InputGradient { get; private set; }

    /// <summary>Input of block i; output of the last block at i = blocks.</summary>
    public Tensor Hidden(int i) => hidden[i % hidden.Length];

    public BlockActivations Activations(int i) => activations[i % activations.Length];

    /// <summary>Gradients of block i that held what block i + 1 kept: not 0 when its backward pass begins.</summary>
    public ReadOnlySpan<Tensor> LentGradients(int i) => lent[i];

    /// <summary>
    /// Gradients of a block, to hold what the next block keeps for its backward pass: until that is over, nobody needs them. The matrices,
    /// the largest last, so that small buffers don't take room from large ones.
    /// </summary>
    private static IEnumerable<Tensor> Lent(Decoder decoder, WorkspaceShape shape, int block) =>
        block < 0 || !shape.OneMicroBatch || !shape.Training ? []
        : decoder.Blocks[block].Linears.Where(l => l.Weight.IsTrainable).Select(l => l.Weight.Gradient).OrderBy(g => g.ByteCount);

    /// <summary>
    /// Rows of a chunk. The gradient of a trained output table is summed chunk by chunk, so its borders must follow neither the
    /// largest micro-batch of a run, or a validation row would change the bits of training, nor checkpointing. Rows of logits
    /// don't know of each other: where the table is frozen, the bits are the same however many there are.
    /// </summary>
    private static int LogitRows(Decoder decoder, WorkspaceShape shape)
    {
        var bytes = decoder.OutputTable.IsTrainable ? LogitsBytes : shape.FewLogits ? FewestLogitsBytes : shape.Checkpointing ? FewerLogitsBytes : LogitsBytes;
        return (int)Math.Clamp(bytes / (4L * decoder.Spec.VocabularySize), 16, MostLogitRows);
    }
}
