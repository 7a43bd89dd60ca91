namespace Hone.Models;

/// <summary>What a family's configuration class assumes where <c>config.json</c> is silent.</summary>
internal sealed record ModelFamily(string Name, string Architecture)
{
    /// <summary>Families that the decoder can run, in the order in which messages list them.</summary>
    public static IReadOnlyList<ModelFamily> Supported { get; } =
    [
        new("llama", "LlamaForCausalLM") { DefaultMaxPositions = 2048, KeyValueHeadsMayBeAbsent = true, ReadsAttentionBias = true, ReadsMlpBias = true },
        new("qwen2", "Qwen2ForCausalLM") { DefaultMaxPositions = 32768, AlwaysQueryKeyValueBias = true, WindowsAreOptIn = true },
        new("qwen3", "Qwen3ForCausalLM") { DefaultMaxPositions = 32768, DefaultHeadSize = 128, ReadsAttentionBias = true, QueryKeyNorm = true, WindowsAreOptIn = true },
        new("mistral", "MistralForCausalLM") { DefaultMaxPositions = 131072, DefaultWindow = 4096 },
    ];

    /// <summary><c>max_position_embeddings</c>.</summary>
    public int DefaultMaxPositions { get; init; }

    /// <summary><c>head_dim</c>; 0 means hidden size / heads.</summary>
    public int DefaultHeadSize { get; init; }

    /// <summary>Without <c>num_key_value_heads</c> there are as many as query heads; otherwise the key is required.</summary>
    public bool KeyValueHeadsMayBeAbsent { get; init; }

    /// <summary>q, k and v have biases whatever the file says.</summary>
    public bool AlwaysQueryKeyValueBias { get; init; }

    /// <summary><c>attention_bias</c> gives q, k, v and o biases.</summary>
    public bool ReadsAttentionBias { get; init; }

    /// <summary><c>mlp_bias</c> counts.</summary>
    public bool ReadsMlpBias { get; init; }

    /// <summary>Each head of q and k is normed.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary><c>sliding_window</c> counts only with <c>use_sliding_window</c>, and only from layer <c>max_window_layers</c> on.</summary>
    public bool WindowsAreOptIn { get; init; }

    /// <summary><c>sliding_window</c> of every layer when the key is absent (not null); 0 means none.</summary>
    public int DefaultWindow { get; init; }
}
