using Hone.Kernels;
using Hone.Models.Blocks;
using Hone.Models.Weights;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>
/// A decoder-only transformer: parameters, wired by a <see cref="DecoderSpec"/>. Llama, Qwen2, Qwen3 and Mistral are the same
/// program. It holds no activations: see <see cref="DecoderWorkspace"/> for training and evaluation and
/// <see cref="DecoderCache"/> for generation.
/// </summary>
public sealed partial class Decoder : IDisposable
{
    private readonly Arena? values;
    private readonly Arena? gradients;
    private readonly BufferLedger valueLedger;
    private readonly BufferLedger gradientLedger;
    private readonly CheckpointReader? checkpoint;
    private readonly Dictionary<string, Parameter> byName = [];
    private readonly List<Parameter> parameters = [];

    private Decoder(DecoderSpec spec, IKernels kernels, CheckpointReader? checkpoint, Func<TensorSlot, Decoder, Tensor> value, bool trainable,
        bool outline = false)
    {
        Spec = spec;
        Kernels = kernels;
        this.checkpoint = checkpoint;
        IsOutline = outline;
        values = outline ? null : kernels.CreateArena("weights");
        gradients = outline ? null : kernels.CreateArena("gradients");
        (valueLedger, gradientLedger) = (new BufferLedger(values), new BufferLedger(gradients));
        foreach (var slot in spec.Tensors())
        {
            var parameter = new Parameter(slot.Name, [.. slot.Shape.Select(n => checked((int)n))], value(slot, this));
            if (trainable) parameter.Gradient = gradientLedger.Take("gradients", parameter.Value.Rows, parameter.Value.Columns);
            parameters.Add(parameter);
            byName.Add(slot.Name, parameter);
        }

        EmbeddingTable = byName["model.embed_tokens.weight"];
        OutputTable = spec.TieWordEmbeddings ? EmbeddingTable : byName["lm_head.weight"];
        FinalNorm = Norm("model.norm");
        Blocks = [.. Enumerable.Range(0, spec.LayerCount).Select(CreateBlock)];
    }

    /// <summary>The shape and rules of the model.</summary>
    public DecoderSpec Spec { get; }

    /// <summary>The device that holds it.</summary>
    public IKernels Kernels { get; }

    /// <summary>The parameters of the model itself, in the checkpoint's order.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>What training changes: of the model or of its adapter.</summary>
    public IEnumerable<Parameter> TrainableParameters => parameters.Concat(AdapterParameters).Where(p => p.IsTrainable);

    /// <summary>Native bytes of weights that Hone allocated; mapped files not counted.</summary>
    public long WeightBytes => valueLedger.TotalBytes;

    /// <summary>Native bytes of the gradients of the model's own weights.</summary>
    public long GradientBytes => gradientLedger.TotalBytes;

    /// <summary>Native bytes of the adapter with its gradients.</summary>
    public long AdapterBytes => adapterLedger?.TotalBytes ?? 0;

    /// <summary>True for a model of shapes without numbers: for plans only.</summary>
    public bool IsOutline { get; }

    /// <summary>Bytes of weights that are read straight from mapped files.</summary>
    public long MappedBytes { get; private set; }

    internal IReadOnlyList<DecoderBlock> Blocks { get; }

    internal NormLayer FinalNorm { get; }

    internal Parameter EmbeddingTable { get; }

    internal Parameter OutputTable { get; }

    internal IEnumerable<LinearLayer> Linears => Blocks.SelectMany(b => b.Linears);

    /// <summary>Columns of the rotary tables.</summary>
    internal int RotaryPairs => Spec.RotarySize / 2;

    /// <summary>Index of the lowest block with a trained parameter; the number of blocks when there is none.</summary>
    internal int LowestTrainableBlock
    {
        get
        {
            var i = 0;
            while (i < Blocks.Count && !Blocks[i].IsTrainable) i++;
            return i;
        }
    }

    /// <summary>Loads a Hugging Face checkpoint folder.</summary>
    /// <param name="folder">Folder with <c>config.json</c> and safetensors.</param>
    /// <param name="kernels">The device.</param>
    /// <param name="trainable">
    /// True: every weight becomes an F32 master with a gradient. False: matrices stay in the mapped file as they are stored.
    /// </param>
    /// <exception cref="HoneException">The files are missing, damaged or of an unsupported kind (exit code 4).</exception>
    public static Decoder Load(string folder, IKernels kernels, bool trainable)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        var spec = DecoderSpec.Load(folder);
        var reader = CheckpointReader.Open(folder);
        try
        {
            reader.RequireModel(spec);
            var decoder = new Decoder(spec, kernels, reader, (slot, self) => self.FromFile(reader, slot, trainable), trainable);

            // What is copied need not stay mapped: pages that were read count as memory of this process.
            if (decoder.MappedBytes == 0) reader.Dispose();
            return decoder;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The shapes of a model without its numbers, and without taking memory: what a plan is made from. Nothing can be computed
    /// with it.
    /// </summary>
    /// <param name="spec">Shape.</param>
    /// <param name="kernels">The device that would hold it.</param>
    /// <param name="trainable">As in <see cref="Load"/>.</param>
    public static Decoder Outline(DecoderSpec spec, IKernels kernels, bool trainable)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(kernels);
        return new Decoder(spec, kernels, null, (slot, self) => self.ShapeOf(slot, trainable), trainable, outline: true);
    }

    /// <summary>A model whose weights are all one small number, stored as <see cref="Load"/> would hold them: to measure how fast its shape runs.</summary>
    /// <param name="spec">Shape.</param>
    /// <param name="kernels">The device.</param>
    /// <param name="trainable">As in <see cref="Load"/>.</param>
    public static Decoder Blank(DecoderSpec spec, IKernels kernels, bool trainable)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(kernels);
        return new Decoder(spec, kernels, null, (slot, self) => self.Constant(slot, trainable), trainable);
    }

    /// <summary>A model with random weights: normal with the spec's initializer range, norms 1, biases 0.</summary>
    /// <param name="spec">Shape.</param>
    /// <param name="kernels">The device.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="trainable">Whether gradients are allocated.</param>
    public static Decoder Create(DecoderSpec spec, IKernels kernels, ulong seed, bool trainable = true)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(kernels);
        return new Decoder(spec, kernels, null, (slot, self) => self.Random(slot, seed), trainable);
    }

    /// <summary>The parameter of that name, of the model itself.</summary>
    public Parameter this[string name] => byName.TryGetValue(name, out var p)
        ? p
        : throw new KeyNotFoundException($"The model has no parameter '{name}'.");

    /// <summary>Writes the weights and the side files of a checkpoint folder, under the names they were read by.</summary>
    /// <param name="folder">Where to; made if it does not exist.</param>
    /// <param name="type">How the weights are stored.</param>
    /// <param name="sideFilesFrom">Folder whose configuration, tokenizer and template files are copied; null copies none.</param>
    /// <param name="maxShardBytes">Where the weights are cut into files.</param>
    public void Save(string folder, DType type, string? sideFilesFrom, long maxShardBytes = CheckpointWriter.DefaultMaxShardBytes)
    {
        Directory.CreateDirectory(folder);
        CheckpointWriter.Save(folder,
            [.. parameters.Select(p => new TensorToWrite(p.Name, type, [.. p.Shape.Select(n => (long)n)], p.Value))], maxShardBytes);
        if (sideFilesFrom is null) return;
        CheckpointWriter.CopySideFiles(sideFilesFrom, folder);
        ConfigDtype.State(Path.Combine(folder, "config.json"), type);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        adapterArena?.Dispose();
        gradients?.Dispose();
        values?.Dispose();
        checkpoint?.Dispose();
    }

    private static (int Rows, int Columns) Fold(IReadOnlyList<long> shape) =>
        shape.Count == 1 ? (1, checked((int)shape[0])) : (checked((int)shape[0]), checked((int)shape[1]));

    /// <summary>Cosines and sines of positions 0 … rows − 1, where they are the same for all lengths.</summary>
    internal void FillRotary(Tensor cos, Tensor sin)
    {
        var (c, s) = (new float[cos.Count], new float[sin.Count]);
        RotaryTable.Fill(Spec, cos.Rows, cos.Rows, c, s);
        Kernels.Upload<float>(c, cos);
        Kernels.Upload<float>(s, sin);
    }

    private Tensor FromFile(CheckpointReader reader, TensorSlot slot, bool trainable)
    {
        var stored = reader.Get(slot);
        var (rows, columns) = Fold(slot.Shape);
        var view = stored.Data.Reshape(rows, columns);
        if (!trainable && slot.Shape.Count > 1)
        {
            MappedBytes += view.ByteCount;
            return view;
        }

        var copy = valueLedger.Take("weights", rows, columns);
        Kernels.Copy(view, copy);
        return copy;
    }

    private Tensor ShapeOf(TensorSlot slot, bool trainable)
    {
        var (rows, columns) = Fold(slot.Shape);
        if (trainable || slot.Shape.Count == 1) return valueLedger.Take("weights", rows, columns);
        var shape = Tensor.WithoutMemory(Spec.StoredType, rows, columns);
        MappedBytes += shape.ByteCount;
        return shape;
    }

    private Tensor Random(TensorSlot slot, ulong seed)
    {
        var (rows, columns) = Fold(slot.Shape);
        var value = valueLedger.Take("weights", rows, columns);
        if (slot.Shape.Count > 1) Kernels.FillNormal(value, 0, Spec.InitializerRange, seed, CounterRandom.Stream("initialise " + slot.Name));
        else if (!slot.Name.EndsWith(".bias", StringComparison.Ordinal)) Kernels.Fill(value, 1 - Spec.NormWeightOffset);
        return value;
    }

    private Tensor Constant(TensorSlot slot, bool trainable)
    {
        var (rows, columns) = Fold(slot.Shape);
        var value = valueLedger.Take("weights", rows, columns, trainable || slot.Shape.Count == 1 ? DType.F32 : Spec.StoredType);
        if (value.Type == DType.F32) Kernels.Fill(value, Spec.InitializerRange);
        return value;
    }

    private DecoderBlock CreateBlock(int layer)
    {
        var prefix = $"model.layers.{layer}.";
        string[] paths =
        [
            "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
            "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
        ];
        var linears = paths.Select((path, i) => new LinearLayer(prefix + path, layer * DecoderBlock.LinearCount + i,
            byName[prefix + path + ".weight"], byName.GetValueOrDefault(prefix + path + ".bias"))).ToArray();
        return new DecoderBlock
        {
            Linears = linears,
            InputNorm = Norm(prefix + "input_layernorm"),
            MiddleNorm = Norm(prefix + "post_attention_layernorm"),
            QueryNorm = Spec.QueryKeyNorm ? Norm(prefix + "self_attn.q_norm") : null,
            KeyNorm = Spec.QueryKeyNorm ? Norm(prefix + "self_attn.k_norm") : null,
            Shape = new AttentionShape(Spec.HeadCount, Spec.KeyValueHeadCount, Spec.HeadSize, Spec.AttentionScale, Spec.SlidingWindows[layer]),
            Activation = Spec.Activation,
        };
    }

    private NormLayer Norm(string path) => new(byName[path + ".weight"], Spec.NormEpsilon, Spec.NormWeightOffset);
}
