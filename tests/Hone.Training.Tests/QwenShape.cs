using System.Runtime.InteropServices;
using Hone.Models;
using Hone.Models.Weights;
using Hone.Tensors;
using Hone.Testing;

namespace Hone.Training.Tests;

/// <summary>A checkpoint of the shape of Qwen2.5-0.5B with its real tokenizer and random BF16 weights. One for all tests of a class.</summary>
public sealed class QwenShape : IDisposable
{
    private const string Config = """
        {
          "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "vocab_size": 151936, "hidden_size": 896,
          "intermediate_size": 4864, "num_hidden_layers": 24, "num_attention_heads": 14, "num_key_value_heads": 2,
          "max_position_embeddings": 32768, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "tie_word_embeddings": true,
          "hidden_act": "silu", "initializer_range": 0.02, "torch_dtype": "bfloat16", "use_sliding_window": false,
          "sliding_window": 32768, "max_window_layers": 21, "attention_dropout": 0.0, "bos_token_id": 151643, "eos_token_id": 151645
        }
        """;

    private readonly TemporaryFolder folder = new();

    private readonly Lazy<string> written;

    // Written when a test asks for it: reference data that is missing skips that test, whereas here it would fail all of the class.
    public QwenShape() => written = new Lazy<string>(() =>
    {
        Write(folder.Path);
        return folder.Path;
    });

    /// <summary>The model folder.</summary>
    public string Folder => written.Value;

    public void Dispose() => folder.Dispose();

    private static void Write(string path)
    {
        foreach (var name in (string[])["generation_config.json", "tokenizer.json", "tokenizer_config.json"])
        {
            var from = SharedData.PathOf($"tokenizers/qwen2.5/{name}");
            File.WriteAllBytes(Path.Combine(path, name), File.ReadAllBytes(from));
        }

        File.WriteAllText(Path.Combine(path, "config.json"), Config);
        var slots = DecoderSpec.Load(path).Tensors().ToList();
        using var arena = new Arena("random weights");
        var longest = slots.Max(s => s.Shape.Aggregate((a, b) => a * b));
        var matrix = arena.Allocate(DType.BF16, 1, checked((int)longest));
        FillRandom(matrix);
        var ones = arena.Allocate(DType.BF16, 1, (int)slots.Where(s => s.Shape.Count == 1).Max(s => s.Shape[0]));
        ones.AsSpan<ushort>().Fill(0x3F80);
        SafetensorsWriter.Write(Path.Combine(path, "model.safetensors"), slots.Select(slot => new TensorToWrite(slot.Name, DType.BF16, slot.Shape,
            (slot.Name.EndsWith("norm.weight", StringComparison.Ordinal) ? ones : matrix).SliceColumns(0, (int)slot.Shape.Aggregate((a, b) => a * b)))));
    }

    /// <summary>Numbers of random sign between 1/64 and 1/32: as large as trained weights are, and four for one step of SplitMix64.</summary>
    private static void FillRandom(Tensor tensor)
    {
        const ulong SignAndMantissa = 0x807F_807F_807F_807F;
        const ulong Exponent = 0x3C80_3C80_3C80_3C80;
        var words = MemoryMarshal.Cast<ushort, ulong>(tensor.AsSpan<ushort>());
        for (var i = 0; i < words.Length; i++)
        {
            var z = (ulong)(i + 1) * 0x9E3779B97F4A7C15ul;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ul;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBul;
            words[i] = ((z ^ (z >> 31)) & SignAndMantissa) | Exponent;
        }
    }
}
