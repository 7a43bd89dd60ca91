using System.Text.Json.Nodes;
using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>Turns <c>config.json</c> into a <see cref="DecoderSpec"/>.</summary>
internal static class SpecParser
{
    // Far above any real model; they keep products within 64 bits and lists within memory whatever a file says.
    private const int MaxSize = 1 << 24;
    private const int MaxLayers = 4096;

    public static DecoderSpec Parse(JsonObject config, string where, JsonObject? generation)
    {
        var keys = new JsonKeys(config, where);
        var family = Family(keys);
        RefuseQuantised(config, keys);

        var hidden = keys.Int("hidden_size", 1, MaxSize);
        var layers = keys.Int("num_hidden_layers", 1, MaxLayers);
        var heads = keys.Int("num_attention_heads", 1, MaxSize);
        var keyValueHeads = family.KeyValueHeadsMayBeAbsent
            ? keys.Int("num_key_value_heads", 1, MaxSize, heads)
            : keys.Int("num_key_value_heads", 1, MaxSize);
        var headSize = HeadSize(keys, family, hidden, heads);
        CheckHeads(keys, heads, keyValueHeads, headSize);
        var maxPositions = keys.Int("max_position_embeddings", 1, int.MaxValue, family.DefaultMaxPositions);
        var attentionBias = family.ReadsAttentionBias && keys.Bool("attention_bias", false);
        var (theta, scaling) = RopeParser.Parse(keys, maxPositions, headSize);
        var special = SpecialIds.Read(keys, generation);

        return new DecoderSpec
        {
            Family = family.Name,
            Architecture = family.Architecture,
            VocabularySize = keys.Int("vocab_size", 1, MaxSize),
            HiddenSize = hidden,
            IntermediateSize = keys.Int("intermediate_size", 1, MaxSize),
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadSize = headSize,
            NormEpsilon = (float)keys.Positive("rms_norm_eps", 1e-6),
            RopeTheta = theta,
            RopeScaling = scaling,
            MaxPositions = maxPositions,
            TieWordEmbeddings = keys.Bool("tie_word_embeddings", false),
            QueryKeyValueBias = family.AlwaysQueryKeyValueBias || attentionBias,
            OutputProjectionBias = attentionBias,
            MlpBias = family.ReadsMlpBias && keys.Bool("mlp_bias", false),
            QueryKeyNorm = family.QueryKeyNorm,
            SlidingWindows = SlidingWindows(config, keys, family, layers),
            Activation = ActivationOf(keys),
            AttentionScale = (float)(1 / Math.Sqrt(headSize)),
            InitializerRange = (float)keys.Double("initializer_range", 0.02),
            BeginId = special.BeginId,
            EndIds = special.EndIds,
            PadId = special.PadId,
            StoredType = StoredType(keys),
        };
    }

    private static ModelFamily Family(JsonKeys keys)
    {
        var name = keys.Text("model_type");
        var architectures = keys.Texts("architectures");
        if (name is null && architectures.Count == 0) throw keys.Missing("model_type");
        var family = ModelFamily.Supported.FirstOrDefault(f => name is null ? f.Architecture == architectures[0] : f.Name == name);
        if (family is not null && (architectures.Count == 0 || architectures.Contains(family.Architecture))) return family;

        var asked = architectures.Count > 0 ? architectures[0] : name;
        var kind = name is null || architectures.Count == 0 ? "" : $" (model_type {name})";
        throw new HoneException(ExitCode.Model,
            $"The architecture {asked}{kind} is not supported; supported: {string.Join(", ", ModelFamily.Supported.Select(f => f.Architecture))}.",
            keys.Where, "Choose a model of a supported architecture.");
    }

    private static void RefuseQuantised(JsonObject config, JsonKeys keys)
    {
        if (config["quantization_config"] is not { } quantisation) return;
        var method = (quantisation as JsonObject)?["quant_method"]?.ToString() ?? "unknown";
        throw new HoneException(ExitCode.Model, $"The weights are quantised (quantization_config, method {method}), which is not supported.",
            keys.Where, "Use the original checkpoint of the model in BF16, F16 or F32.");
    }

    private static int HeadSize(JsonKeys keys, ModelFamily family, int hidden, int heads)
    {
        if (keys.OptionalInt("head_dim", 1, MaxSize) is { } given) return given;
        if (family.DefaultHeadSize > 0) return family.DefaultHeadSize;
        if (hidden % heads != 0)
            throw new HoneException(ExitCode.Model, $"hidden_size {hidden} is not divisible by num_attention_heads {heads}, and there is no head_dim.", keys.Where);
        return hidden / heads;
    }

    private static void CheckHeads(JsonKeys keys, int heads, int keyValueHeads, int headSize)
    {
        if (heads % keyValueHeads != 0)
            throw new HoneException(ExitCode.Model, $"num_attention_heads {heads} is not divisible by num_key_value_heads {keyValueHeads}.", keys.Where);
        if (headSize % 2 != 0)
            throw new HoneException(ExitCode.Model, $"The head size {headSize} is odd, so halves can't be rotated.", keys.Where);
        if ((long)heads * headSize > MaxSize)
            throw new HoneException(ExitCode.Model, $"num_attention_heads {heads} times the head size {headSize} is over {MaxSize:N0}.", keys.Where);
        if (keys.Double("partial_rotary_factor", 1) != 1)
            throw new HoneException(ExitCode.Model, "partial_rotary_factor is not 1, which is not supported.", keys.Where);
    }

    private static int[] SlidingWindows(JsonObject config, JsonKeys keys, ModelFamily family, int layers)
    {
        var absent = !config.ContainsKey("sliding_window");
        var window = absent ? family.DefaultWindow : keys.Int("sliding_window", 1, int.MaxValue, 0);
        var first = 0;
        if (family.WindowsAreOptIn)
        {
            if (!keys.Bool("use_sliding_window", false)) window = 0;
            first = keys.Int("max_window_layers", 0, int.MaxValue, 28);
        }
        else if (family.DefaultWindow == 0)
        {
            window = 0;
        }

        var types = keys.Texts("layer_types");
        if (types.Count == 0) return [.. Enumerable.Range(0, layers).Select(layer => layer >= first ? window : 0)];
        if (types.Count != layers)
            throw new HoneException(ExitCode.Model, $"layer_types has {types.Count} entries for {layers} layers.", keys.Where);
        return [.. types.Select(type => type switch
        {
            "full_attention" => 0,
            "sliding_attention" when window > 0 => window,
            "sliding_attention" => throw new HoneException(ExitCode.Model, "layer_types asks for sliding_attention, but no sliding_window is in force.", keys.Where),
            _ => throw new HoneException(ExitCode.Model, $"The layer type {type} is not supported; supported: full_attention, sliding_attention.", keys.Where),
        })];
    }

    /// <summary>GELU gates are refused: no supported family is published with one, so no reference covers them.</summary>
    private static Activation ActivationOf(JsonKeys keys)
    {
        var name = keys.Text("hidden_act") ?? "silu";
        if (name is "silu" or "swish") return Activation.Silu;
        throw new HoneException(ExitCode.Model, $"hidden_act {name} is not supported; supported: silu.", keys.Where);
    }

    private static DType StoredType(JsonKeys keys)
    {
        var key = keys.Has("dtype") ? "dtype" : "torch_dtype";
        var name = keys.Text(key) ?? "float32";
        return name.StartsWith("torch.", StringComparison.Ordinal) ? Named(name[6..]) : Named(name);

        DType Named(string type) => type switch
        {
            "float32" => DType.F32,
            "bfloat16" => DType.BF16,
            "float16" => DType.F16,
            _ => throw new HoneException(ExitCode.Model, $"{key} {type} is not supported; supported: float32, bfloat16, float16.", keys.Where),
        };
    }
}
