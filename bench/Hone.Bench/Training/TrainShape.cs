using System.Text.Json.Nodes;
using Hone.Models;
using Hone.Tensors;

namespace Hone.Bench.Training;

/// <summary>A model and a batch: the shapes that the PyTorch reference script trains under the same letters.</summary>
internal sealed record TrainShape(string Name, int Vocabulary, int Hidden, int Layers, int Heads, int KeyValueHeads, int FeedForward,
    int Sequence, int Batch, bool Bias)
{
    public static IReadOnlyList<TrainShape> All { get; } =
    [
        new("S", 8192, 256, 6, 4, 2, 768, 256, 8, false),
        new("M", 32000, 512, 8, 8, 4, 1408, 512, 4, false),
        new("Q", 151936, 896, 24, 14, 2, 4864, 512, 1, true),
    ];

    /// <summary>Tokens of a step.</summary>
    public int Tokens => Batch * Sequence;

    /// <summary>The shape as a checkpoint's config.json.</summary>
    public JsonObject Config() => new()
    {
        ["architectures"] = new JsonArray(Bias ? "Qwen2ForCausalLM" : "LlamaForCausalLM"),
        ["model_type"] = Bias ? "qwen2" : "llama",
        ["vocab_size"] = Vocabulary,
        ["hidden_size"] = Hidden,
        ["intermediate_size"] = FeedForward,
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = Heads,
        ["num_key_value_heads"] = KeyValueHeads,
        ["max_position_embeddings"] = Sequence,
        ["rms_norm_eps"] = 1e-6,
        ["rope_theta"] = 1e4,
        ["tie_word_embeddings"] = true,
        ["hidden_act"] = "silu",
    };

    public DecoderSpec Spec() => DecoderSpec.Parse(Config(), "config.json");

    /// <summary>Random sequences, every token of which has a target: the next token, or one more random token at the end.</summary>
    public MicroBatch RandomBatch()
    {
        const ulong Seed = 7;
        var batch = new MicroBatch(Tokens);
        var (ids, weights) = (new int[Sequence + 1], new float[Sequence]);
        Array.Fill(weights, 1);
        for (var b = 0; b < Batch; b++)
        {
            for (var i = 0; i <= Sequence; i++)
                ids[i] = (int)(CounterRandom.UInt32(Seed, 0, (ulong)(b * (Sequence + 1) + i)) % (uint)Vocabulary);
            batch.Append(ids.AsSpan(0, Sequence), weights, b);
            var last = batch.TokenCount - 1;
            (batch.Targets[last], batch.Weights[last]) = (ids[Sequence], 1);
        }

        return batch;
    }
}
