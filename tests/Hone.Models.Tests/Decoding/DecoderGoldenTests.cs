using System.Text.Json;
using Hone.Testing;

namespace Hone.Models.Tests.Decoding;

/// <summary>
/// Logits, losses, gradients and greedy text against what transformers computes with the same files. Tolerance: ten times
/// the noise floor that each folder states (what multiplying every weight by 1 ± 6e-8 does to the same number); a stated
/// floor of 0 is one unit in the last place of a loss near 6, 4.8e-7.
/// </summary>
public class DecoderGoldenTests
{
    private static readonly string[] Models =
        ["llama_untied", "llama_tied_llama3_rope", "qwen2_tied", "qwen2_untied", "qwen3_tied", "mistral_untied"];

    public static TheoryData<string, string> ModelsAndDevices()
    {
        var data = new TheoryData<string, string>();
        foreach (var model in Models)
        {
            data.Add(model, "scalar");
            data.Add(model, "cpu2");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(ModelsAndDevices))]
    public void Logits_of_packed_rows_are_those_of_transformers(string model, string device)
    {
        var golden = new GoldenModel(model);
        using var kernels = GoldenModel.Device(device);
        using var decoder = Decoder.Load(golden.Folder, kernels, trainable: false);
        var vocabulary = decoder.Spec.VocabularySize;
        for (var b = 0; b < 4; b++)
        {
            var expected = golden.Forward.Floats($"batch{b}.logits");
            var width = (int)golden.Inputs.Shape($"batch{b}.input_ids")[1];
            var batch = golden.Pack(b);
            using var workspace = GoldenModel.Workspace(decoder, batch, training: false);
            var logits = new float[batch.TokenCount * vocabulary];
            workspace.Logits(batch, logits);
            var t = 0;
            foreach (var (row, ids, _) in golden.Rows(b))
            {
                for (var i = 0; i < ids.Length; i++, t++)
                {
                    var worst = Difference(logits.AsSpan(t * vocabulary, vocabulary), expected.AsSpan((row * width + i) * vocabulary, vocabulary));
                    Assert.True(worst <= 10 * golden.LogitNoise, $"batch {b} row {row} position {i}: off by {worst:G3}, noise {golden.LogitNoise:G3}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(ModelsAndDevices))]
    public void Losses_are_those_of_transformers(string model, string device)
    {
        var golden = new GoldenModel(model);
        using var kernels = GoldenModel.Device(device);
        using var decoder = Decoder.Load(golden.Folder, kernels, trainable: false);
        for (var b = 0; b < 4; b++)
        {
            var batch = golden.Pack(b);
            using var workspace = GoldenModel.Workspace(decoder, batch, training: false);
            var totals = workspace.Evaluate(batch);
            var nll = golden.Forward.Floats($"batch{b}.token_nll");
            var expected = new List<float>();
            var width = (int)golden.Inputs.Shape($"batch{b}.input_ids")[1];
            foreach (var (row, ids, labels) in golden.Rows(b))
            {
                for (var i = 0; i + 1 < ids.Length; i++)
                {
                    if (labels[i + 1] != -100) expected.Add(nll[row * (width - 1) + i]);
                }
            }

            Assert.Equal(expected.Count, totals.Targets);
            Assert.True(Difference(workspace.LastTokenLosses, expected.ToArray()) <= 20 * golden.LogitNoise, "token losses");
            Assert.Equal(expected.Average(x => (double)x), totals.MeanLoss, 10 * Math.Max(golden.LossNoise, 4.8e-7));
        }
    }

    [Theory]
    [MemberData(nameof(ModelsAndDevices))]
    public void Every_gradient_is_that_of_transformers(string model, string device)
    {
        var golden = new GoldenModel(model);
        var expected = new GoldenTensors(GoldenModel.Root + model + "/backward.safetensors");
        using var kernels = GoldenModel.Device(device);
        using var decoder = Decoder.Load(golden.Folder, kernels, trainable: true);
        var batch = golden.Pack(2);
        using var workspace = GoldenModel.Workspace(decoder, batch, training: true);
        workspace.Train(batch, (float)(1 / batch.WeightSum), 0);
        Assert.Equal(expected.Names.Order(), decoder.Parameters.Select(p => p.Name).Order());
        foreach (var p in decoder.Parameters)
        {
            var worst = Difference(p.Gradient.AsSpan<float>(), expected.Floats(p.Name));
            Assert.True(worst <= 10 * golden.GradientNoise, $"{p}: off by {worst:G3}, noise {golden.GradientNoise:G3}");
        }
    }

    [Theory]
    [MemberData(nameof(ModelsAndDevices))]
    public void Greedy_continuations_are_those_of_transformers(string model, string device)
    {
        var golden = new GoldenModel(model);
        using var kernels = GoldenModel.Device(device);
        using var decoder = Decoder.Load(golden.Folder, kernels, trainable: false);
        using var json = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf(GoldenModel.Root + model + "/generation.json")));
        foreach (var run in json.RootElement.EnumerateArray().Where(r => r.GetProperty("kind").GetString() == "greedy"))
        {
            int[] prompt = [.. run.GetProperty("prompt").EnumerateArray().Select(e => e.GetInt32())];
            int[] expected = [.. run.GetProperty("new_tokens").EnumerateArray().Select(e => e.GetInt32())];
            using var cache = new DecoderCache(decoder, prompt.Length + expected.Length, maxChunk: 5);
            var answer = new List<int>();
            var next = prompt;
            while (answer.Count < expected.Length)
            {
                var logits = cache.Append(next);
                var best = 0;
                for (var i = 1; i < logits.Length; i++)
                {
                    if (logits[i] > logits[best]) best = i;
                }

                answer.Add(best);
                next = [best];
            }

            Assert.Equal(expected, answer);
        }
    }

    private static double Difference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Assert.Equal(b.Length, a.Length);
        double worst = 0;
        for (var i = 0; i < a.Length; i++)
        {
            var d = Math.Abs((double)a[i] - b[i]);
            worst = d <= worst ? worst : d;
        }

        return worst;
    }
}
