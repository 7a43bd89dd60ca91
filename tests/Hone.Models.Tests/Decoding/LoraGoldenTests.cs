using System.Text.Json;
using Hone.Testing;

namespace Hone.Models.Tests.Decoding;

/// <summary>
/// Adapters against PEFT: logits, gradients of A and B, and merged weights of an adapter with random numbers in every
/// tensor. The noise is that of the base model; an adapter with random B makes activations larger, so its logits get their own scale.
/// </summary>
public class LoraGoldenTests
{
    public static TheoryData<string, string, string> Cases()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var device in new[] { "scalar", "cpu2" })
        {
            foreach (var name in new[] { "all_linear", "qkvo", "rslora", "patterns" }) data.Add("llama_untied", name, device);
            data.Add("qwen2_tied", "all_linear", device);
            data.Add("qwen3_tied", "all_linear", device);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_random_adapter_gives_the_logits_and_gradients_of_PEFT(string model, string name, string device)
    {
        var golden = new GoldenModel(model);
        var folder = $"{GoldenModel.Root}lora/{model}__{name}";
        var expected = new GoldenTensors(folder + "/random_expected.safetensors");
        using var kernels = GoldenModel.Device(device);
        using var decoder = Decoder.Load(golden.Folder, kernels, trainable: false);
        decoder.LoadAdapter(SharedData.PathOf(folder + "/random"), trainable: true);
        var batch = golden.Pack(2);
        using var workspace = GoldenModel.Workspace(decoder, batch, training: true);

        var first = GoldenModel.Pack(golden.Rows(2).Take(1));
        using (var forward = GoldenModel.Workspace(decoder, first, training: false))
        {
            var logits = new float[first.TokenCount * decoder.Spec.VocabularySize];
            forward.Logits(first, logits);
            Near(expected.Floats("logits_batch2_row0").AsSpan(0, logits.Length), logits, 4e-6, "logits");
        }

        var totals = workspace.Train(batch, (float)(1 / batch.WeightSum), 0);
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf(folder + "/manifest.json")));
        Assert.Equal(manifest.RootElement.GetProperty("random").GetProperty("loss").GetDouble(), totals.MeanLoss, 1e-5);
        var gradients = expected.Names.Where(n => n.StartsWith("grad.", StringComparison.Ordinal)).ToDictionary(n => n["grad.".Length..]);
        Assert.Equal(gradients.Count, decoder.AdapterParameters.Count);
        foreach (var p in decoder.AdapterParameters)
        {
            var key = gradients.Keys.Single(k => k.EndsWith(p.Name.Replace(".weight", "", StringComparison.Ordinal), StringComparison.Ordinal)
                || k.Replace(".default", "", StringComparison.Ordinal).EndsWith(p.Name, StringComparison.Ordinal));
            Near(expected.Floats(gradients[key]), p.Gradient.AsSpan<float>(), 4e-6, p.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Merging_gives_the_weights_of_PEFT_and_the_same_model(string model, string name, string device)
    {
        var golden = new GoldenModel(model);
        var folder = $"{GoldenModel.Root}lora/{model}__{name}";
        var expected = new GoldenTensors(folder + "/random_expected.safetensors");
        using var kernels = GoldenModel.Device(device);
        using var decoder = Decoder.Load(golden.Folder, kernels, trainable: false);
        decoder.LoadAdapter(SharedData.PathOf(folder + "/random"), trainable: false);
        var batch = golden.Pack(1);
        var (apart, merged) = (new float[batch.TokenCount * decoder.Spec.VocabularySize], new float[batch.TokenCount * decoder.Spec.VocabularySize]);
        using (var workspace = GoldenModel.Workspace(decoder, batch, training: false)) workspace.Logits(batch, apart);
        decoder.MergeAdapter();
        Assert.Empty(decoder.AdapterParameters);
        using (var workspace = GoldenModel.Workspace(decoder, batch, training: false)) workspace.Logits(batch, merged);
        Near(apart, merged, 4e-6, "merged logits");
        foreach (var key in expected.Names.Where(n => n.StartsWith("merged_weight.", StringComparison.Ordinal)))
        {
            var weight = decoder.Parameters.Single(p => key.EndsWith("." + p.Name, StringComparison.Ordinal) || key == "merged_weight." + p.Name);
            Near(expected.Floats(key), weight.Value.AsSpan<float>(), 1e-6, weight.Name);
        }
    }

    /// <summary>Every difference is within <paramref name="relative"/> of the largest magnitude: F32 rounding, about 2⁻²³ · √(terms).</summary>
    private static void Near(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double relative, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = 0, worst = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            scale = Math.Max(scale, Math.Abs(expected[i]));
            var d = Math.Abs((double)expected[i] - actual[i]);
            worst = d <= worst ? worst : d;
        }

        Assert.True(worst <= relative * scale, $"{what}: off by {worst:G3} at scale {scale:G3}");
    }
}
