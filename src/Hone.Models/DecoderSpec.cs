using System.Text.Json.Nodes;
using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>
/// Everything that distinguishes one decoder from another: sizes, norms, rotary settings, biases, special ids. It is read
/// from <c>config.json</c> and <c>generation_config.json</c>, with the defaults that each family's configuration has.
/// </summary>
public sealed record DecoderSpec
{
    /// <summary><c>model_type</c>: llama, qwen2, qwen3, mistral.</summary>
    public required string Family { get; init; }

    /// <summary>The class that <c>architectures</c> names, such as LlamaForCausalLM.</summary>
    public required string Architecture { get; init; }

    /// <summary>Rows of the embedding (V).</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream (H).</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width inside the gated feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Blocks (L).</summary>
    public required int LayerCount { get; init; }

    /// <summary>Query heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Key and value heads; divides <see cref="HeadCount"/>.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Size of one head (D), even; <c>HeadCount × D</c> may differ from <see cref="HiddenSize"/>.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Leading entries of each head that are rotated; the whole head in every family so far.</summary>
    public int RotarySize => HeadSize;

    /// <summary>Width of all query heads: rows of q_proj and columns of o_proj.</summary>
    public int QuerySize => HeadCount * HeadSize;

    /// <summary>Width of all key heads (and of all value heads): rows of k_proj and v_proj.</summary>
    public int KeyValueSize => KeyValueHeadCount * HeadSize;

    /// <summary>Added to the mean square inside every RMS norm.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>Added to the norm weight before it multiplies; 0, or 1 where the file stores w − 1.</summary>
    public float NormWeightOffset { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public required double RopeTheta { get; init; }

    /// <summary>Stretching of the rotary frequencies.</summary>
    public required RopeScaling RopeScaling { get; init; }

    /// <summary>Context length (<c>max_position_embeddings</c>).</summary>
    public required int MaxPositions { get; init; }

    /// <summary>True when the output head is the embedding.</summary>
    public required bool TieWordEmbeddings { get; init; }

    /// <summary>Whether q_proj, k_proj and v_proj have biases.</summary>
    public required bool QueryKeyValueBias { get; init; }

    /// <summary>Whether o_proj has a bias.</summary>
    public required bool OutputProjectionBias { get; init; }

    /// <summary>Whether gate_proj, up_proj and down_proj have biases.</summary>
    public required bool MlpBias { get; init; }

    /// <summary>Whether each head of q and k is normed before rotation.</summary>
    public required bool QueryKeyNorm { get; init; }

    /// <summary>
    /// For each layer how many tokens a token sees, itself included; 0 means all before it.
    /// </summary>
    public required IReadOnlyList<int> SlidingWindows { get; init; }

    /// <summary><c>hidden_act</c> of the gate.</summary>
    public required Activation Activation { get; init; }

    /// <summary>What embeddings are multiplied by.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>What scores are multiplied by before the softmax: 1 / √D.</summary>
    public required float AttentionScale { get; init; }

    /// <summary>Standard deviation of freshly initialised weights.</summary>
    public required float InitializerRange { get; init; }

    /// <summary>Id that begins a text, or null.</summary>
    public int? BeginId { get; init; }

    /// <summary>Ids that end generation; <c>generation_config.json</c> wins over <c>config.json</c>.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>Id of padding, or null.</summary>
    public int? PadId { get; init; }

    /// <summary>Type that <c>torch_dtype</c> (or <c>dtype</c>) announces for the stored weights; F32 when absent.</summary>
    public DType StoredType { get; init; }

    /// <summary>Reads <c>config.json</c>, and <c>generation_config.json</c> where there is one.</summary>
    /// <exception cref="HoneException">A file is missing or broken, or the model is not supported.</exception>
    public static DecoderSpec Load(string modelFolder)
    {
        var path = Path.Combine(modelFolder, "config.json");
        if (!Directory.Exists(modelFolder))
            throw new HoneException(ExitCode.Model, "The model folder does not exist.", modelFolder, "Check the path given as model.");
        var generation = Path.Combine(modelFolder, "generation_config.json");
        return Parse(JsonFile.ReadObject(path), path, File.Exists(generation) ? JsonFile.ReadObject(generation) : null);
    }

    /// <summary>Reads a configuration that is already parsed.</summary>
    /// <param name="config">Content of <c>config.json</c>.</param>
    /// <param name="where">File name for messages.</param>
    /// <param name="generation">Content of <c>generation_config.json</c>, or null.</param>
    public static DecoderSpec Parse(JsonObject config, string where, JsonObject? generation = null) =>
        SpecParser.Parse(config, where, generation);

    /// <summary>All parameters; tied ones count once.</summary>
    public long ParameterCount => Tensors().Sum(slot => slot.Count);

    /// <summary>
    /// Every tensor of a checkpoint of this model, in the order in which Hugging Face enumerates them (which decides
    /// what lands in which shard). A tied head is not listed.
    /// </summary>
    public IEnumerable<TensorSlot> Tensors()
    {
        yield return new TensorSlot("model.embed_tokens.weight", TensorKind.Embedding, -1, [VocabularySize, HiddenSize]);
        for (var layer = 0; layer < LayerCount; layer++)
        {
            foreach (var slot in BlockTensors(layer)) yield return slot;
        }

        yield return new TensorSlot("model.norm.weight", TensorKind.Norm, -1, [HiddenSize]);
        if (!TieWordEmbeddings) yield return new TensorSlot("lm_head.weight", TensorKind.Head, -1, [VocabularySize, HiddenSize]);
    }

    private IEnumerable<TensorSlot> BlockTensors(int layer)
    {
        var block = $"model.layers.{layer}";
        (string Name, int Out, int In, bool Bias)[] attention =
        [
            ("q_proj", QuerySize, HiddenSize, QueryKeyValueBias),
            ("k_proj", KeyValueSize, HiddenSize, QueryKeyValueBias),
            ("v_proj", KeyValueSize, HiddenSize, QueryKeyValueBias),
            ("o_proj", HiddenSize, QuerySize, OutputProjectionBias),
        ];
        (string Name, int Out, int In, bool Bias)[] mlp =
        [
            ("gate_proj", IntermediateSize, HiddenSize, MlpBias),
            ("up_proj", IntermediateSize, HiddenSize, MlpBias),
            ("down_proj", HiddenSize, IntermediateSize, MlpBias),
        ];

        foreach (var slot in attention.SelectMany(m => Linear($"{block}.self_attn.{m.Name}", m.Out, m.In, m.Bias))) yield return slot;
        if (QueryKeyNorm)
        {
            yield return Norm($"{block}.self_attn.q_norm", HeadSize);
            yield return Norm($"{block}.self_attn.k_norm", HeadSize);
        }

        foreach (var slot in mlp.SelectMany(m => Linear($"{block}.mlp.{m.Name}", m.Out, m.In, m.Bias))) yield return slot;
        yield return Norm($"{block}.input_layernorm", HiddenSize);
        yield return Norm($"{block}.post_attention_layernorm", HiddenSize);

        TensorSlot Norm(string module, int size) => new(module + ".weight", TensorKind.Norm, layer, [size]);

        IEnumerable<TensorSlot> Linear(string module, int rows, int columns, bool bias)
        {
            yield return new TensorSlot(module + ".weight", TensorKind.Linear, layer, [rows, columns]);
            if (bias) yield return new TensorSlot(module + ".bias", TensorKind.Bias, layer, [rows]);
        }
    }
}
