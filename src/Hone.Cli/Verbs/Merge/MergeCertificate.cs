using System.Security.Cryptography;
using System.Text.Json;
using Hone.Kernels.Cpu;
using Hone.Models;
using Hone.Tensors;

namespace Hone.Cli;

/// <summary>
/// How far a merged model, as it lies on disk, is from its base with the adapter beside it: the largest difference of a logit
/// over a fixed prompt, with the hashes of everything that went in and came out.
/// </summary>
internal sealed class MergeCertificate
{
    public const string FileName = "merge_certificate.json";

    /// <summary>Tokens of the prompt, drawn from the vocabulary: a text would need a tokenizer, and would touch fewer rows.</summary>
    public const int PromptTokens = 64;

    private const ulong PromptSeed = 20261121;

    private readonly int[] _prompt;
    private readonly float[] _expected;
    private readonly int _vocabulary;
    private readonly SortedDictionary<string, string> _inputs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _outputs = new(StringComparer.Ordinal);
    private DType _type;

    private MergeCertificate(Decoder decoder)
    {
        _vocabulary = decoder.Spec.VocabularySize;
        var stream = CounterRandom.Stream("merge certificate");
        _prompt = new int[Math.Min(PromptTokens, decoder.Spec.MaxPositions)];
        for (var i = 0; i < _prompt.Length; i++) _prompt[i] = CounterRandom.Below(PromptSeed, stream, (ulong)i, _vocabulary);
        _expected = Logits(decoder);
    }

    /// <summary>Largest |Δ logit|.</summary>
    public double LargestDifference { get; private set; }

    /// <summary>Largest |logit| of the model with its adapter: what the difference is to be set against.</summary>
    public double LargestLogit { get; private set; }

    /// <summary>Positions of the prompt.</summary>
    public int Positions => _prompt.Length;

    /// <summary>Positions where both find the same token the likeliest.</summary>
    public int SameChoices { get; private set; }

    /// <summary>Measures the model with its adapter.</summary>
    public static MergeCertificate Begin(Decoder decoder, string modelFolder, string adapterFolder)
    {
        var certificate = new MergeCertificate(decoder);
        Hash(modelFolder, "model/", certificate._inputs);
        Hash(adapterFolder, "adapters/", certificate._inputs);
        return certificate;
    }

    /// <summary>Measures the merged folder and writes the certificate into it.</summary>
    public void Finish(string folder, DType type, int threads)
    {
        _type = type;
        using (var kernels = new CpuKernels(threads))
        using (var merged = Decoder.Load(folder, kernels, trainable: false)) Compare(Logits(merged));
        Hash(folder, "", _outputs);
        File.WriteAllText(Path.Combine(folder, FileName), JsonText.File(Write));
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("max_abs_logit_difference", LargestDifference);
        json.WriteNumber("max_abs_logit", LargestLogit);
        json.WriteNumber("same_likeliest_token", SameChoices);
        json.WriteNumber("positions", Positions);
        json.WriteString("dtype", _type switch { DType.BF16 => "bfloat16", DType.F16 => "float16", _ => "float32" });
        json.WriteStartArray("prompt_ids");
        foreach (var id in _prompt) json.WriteNumberValue(id);
        json.WriteEndArray();
        Write(json, "inputs_sha256", _inputs);
        Write(json, "outputs_sha256", _outputs);
    }

    private static void Write(Utf8JsonWriter json, string name, SortedDictionary<string, string> hashes)
    {
        json.WriteStartObject(name);
        foreach (var (file, hash) in hashes) json.WriteString(file, hash);
        json.WriteEndObject();
    }

    private static void Hash(string folder, string prefix, SortedDictionary<string, string> hashes)
    {
        foreach (var path in Directory.GetFiles(folder).Where(p => Path.GetExtension(p) is ".safetensors" or ".json" or ".jinja" or ".model" or ".txt"))
        {
            using var stream = File.OpenRead(path);
            hashes[prefix + Path.GetFileName(path)] = Convert.ToHexStringLower(SHA256.HashData(stream));
        }
    }

    private float[] Logits(Decoder decoder)
    {
        var batch = new MicroBatch(_prompt.Length);
        batch.Append(_prompt, new float[_prompt.Length], 0);
        using var workspace = new DecoderWorkspace(decoder, new WorkspaceShape(_prompt.Length, 1, Training: false));
        var logits = new float[_prompt.Length * _vocabulary];
        workspace.Logits(batch, logits);
        return logits;
    }

    private void Compare(float[] merged)
    {
        for (var i = 0; i < merged.Length; i++)
        {
            // Written so that a NaN on either side stays visible.
            var difference = Math.Abs((double)merged[i] - _expected[i]);
            if (!(difference <= LargestDifference)) LargestDifference = difference;
            LargestLogit = Math.Max(LargestLogit, Math.Abs(_expected[i]));
        }

        if (!double.IsFinite(LargestDifference))
        {
            throw new HoneException(ExitCode.Model, "The merged model gives logits that are not finite numbers.", null,
                "Merge with --torch_dtype float32, and check that the adapter's weights are finite.");
        }

        for (var t = 0; t < Positions; t++)
        {
            var row = new Range(t * _vocabulary, (t + 1) * _vocabulary);
            if (Inference.LogitsProcessing.ArgMax(merged.AsSpan(row)) == Inference.LogitsProcessing.ArgMax(_expected.AsSpan(row))) SameChoices++;
        }
    }
}
