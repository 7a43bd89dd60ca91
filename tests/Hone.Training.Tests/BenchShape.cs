using System.Globalization;
using System.Text.Json.Nodes;
using Hone.Models;
using Hone.Tensors;
using Hone.Testing;

namespace Hone.Training.Tests;

/// <summary>
/// A checkpoint with random BF16 weights and rows of random ids, every one of them learned: the shapes that training is measured on
/// (<c>bench/Hone.Bench/Training</c>).
/// </summary>
internal sealed class BenchShape : IDisposable
{
    private const int Seed = 5;

    private readonly TemporaryFolder folder = new();

    private BenchShape(int vocabulary, int hidden, int layers, int heads, int keyValueHeads, int feedForward, int sequence, int batch)
    {
        Batch = batch;
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["model_type"] = "llama",
            ["vocab_size"] = vocabulary,
            ["hidden_size"] = hidden,
            ["intermediate_size"] = feedForward,
            ["num_hidden_layers"] = layers,
            ["num_attention_heads"] = heads,
            ["num_key_value_heads"] = keyValueHeads,
            ["max_position_embeddings"] = sequence,
            ["rms_norm_eps"] = 1e-6,
            ["rope_theta"] = 1e4,
            ["tie_word_embeddings"] = true,
            ["hidden_act"] = "silu",
            ["torch_dtype"] = "bfloat16",
        };
        using (var kernels = GoldenData.Kernels())
        using (var decoder = Decoder.Create(DecoderSpec.Parse(config, "config.json"), kernels, Seed, trainable: false))
            decoder.Save(Model, DType.BF16, null);
        File.WriteAllText(Path.Combine(Model, "config.json"), config.ToJsonString());
        File.WriteAllLines(Rows, Enumerable.Range(0, 2 * batch).Select(row => Row(row, vocabulary, sequence)));
    }

    /// <summary>Rows of a micro-batch.</summary>
    public int Batch { get; }

    /// <summary>Folder of the model.</summary>
    public string Model => folder.PathOf("model");

    /// <summary>Rows of two micro-batches.</summary>
    public string Rows => folder.PathOf("rows.jsonl");

    /// <summary>6.8 M parameters.</summary>
    public static BenchShape S() => new(8192, 256, 6, 4, 2, 768, 256, 8);

    /// <summary>40 M parameters.</summary>
    public static BenchShape M() => new(32000, 512, 8, 8, 4, 1408, 512, 4);

    public void Dispose() => folder.Dispose();

    private static string Row(int row, int vocabulary, int length)
    {
        var ids = string.Join(',', Enumerable.Range(0, length)
            .Select(i => (CounterRandom.UInt32(Seed, (ulong)row, (ulong)i) % (uint)vocabulary).ToString(CultureInfo.InvariantCulture)));
        return $$"""{"input_ids":[{{ids}}],"labels":[{{ids}}]}""";
    }
}
