using System.Text.Json.Nodes;
using Hone.Kernels.Reference;
using Hone.Tensors;
using Hone.Testing;
using Hone.Training.Optimizers;

namespace Hone.Training.Tests.Optimizers;

public sealed class AdamWOptimizerTests
{
    private static readonly string[] Names = ["matrix", "vector", "cube"];

    [Theory]
    [InlineData("adamw")]
    [InlineData("adamw_b95")]
    [InlineData("adamw_eps1e-5")]
    public void Twenty_steps_follow_torch(string name)
    {
        var settings = JsonNode.Parse(File.ReadAllText(SharedData.PathOf("golden/models/optimizers/manifest.json")))!
            ["optimizers"]![name]!["settings"]!;
        var golden = new GoldenTensors("golden/models/optimizers/trajectories.safetensors");
        using var kernels = new ReferenceKernels();
        using var arena = new Arena("test");
        var tensors = Names.Select(n => (Name: n, Value: golden.Copy($"start.{n}", arena), Gradient: golden.Copy($"start.{n}", arena))).ToArray();
        using var optimizer = new AdamWOptimizer(kernels, tensors, new AdamWOptions((double)settings["betas"]![0]!,
            (double)settings["betas"]![1]!, (double)settings["eps"]!, (double)settings["weight_decay"]!, MaxGradNorm: 0));
        for (var step = 0; step < 20; step++)
        {
            foreach (var tensor in tensors) golden.Slice($"grads.{tensor.Name}", step).CopyTo(tensor.Gradient.AsSpan<float>());
            optimizer.Step((double)settings["lr"]!, optimizer.GradientNorm());
            foreach (var tensor in tensors)
            {
                // Both sides round every operation to F32; an update is at most lr, so errors stay a few ulp of the value.
                var expected = golden.Slice($"{name}.{tensor.Name}", step);
                var actual = tensor.Value.AsSpan<float>();
                for (var i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i], 1e-6f * (1 + Math.Abs(expected[i])));
                Assert.Equal(0, tensor.Gradient.AsSpan<float>().ToArray().Max(Math.Abs));
            }
        }
    }

    [Fact]
    public void Clipping_scales_by_the_global_norm_as_torch_does()
    {
        var cases = JsonNode.Parse(File.ReadAllText(SharedData.PathOf("golden/models/optimizers/manifest.json")))!["grad_clip"]!.AsArray();
        var golden = new GoldenTensors("golden/models/optimizers/grad_clip.safetensors");
        using var kernels = new ReferenceKernels();
        using var arena = new Arena("test");
        Assert.Equal(4, cases.Count);
        foreach (var c in cases)
        {
            var prefix = $"case{(int)c!["case"]!}";
            var tensors = Enumerable.Range(0, 3).Select(j => golden.Copy($"{prefix}.in.{j}", arena)).ToArray();
            using var optimizer = new AdamWOptimizer(kernels, tensors.Select((t, j) => ($"{j}", t, t)), default);
            var norm = optimizer.GradientNorm();
            Assert.Equal((double)c["norm_before"]!, norm, (double)c["norm_before"]! * 1e-6);
            var scale = AdamWOptimizer.ClipScale(norm, (double)c["max_norm"]!);
            for (var j = 0; j < 3; j++)
            {
                var expected = golden.Floats($"{prefix}.out.{j}");
                var actual = tensors[j].AsSpan<float>();
                for (var i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i] * scale, Math.Abs(expected[i]) * 1e-6f);
            }
        }
    }

    [Fact]
    public void Decay_spares_the_parameters_that_Hugging_Face_spares()
    {
        var seen = 0;
        foreach (var path in Directory.GetFiles(SharedData.PathOf("golden/models"), "*_token_weighted.json", SearchOption.AllDirectories))
        {
            // GPT-2's norms are exempt by their class; their names (ln_1) don't say it.
            if (path.Contains("gpt2", StringComparison.Ordinal)) continue;
            var run = JsonNode.Parse(File.ReadAllText(path))!;
            foreach (var name in run["decay_parameters"]!.AsArray()) Assert.True(WeightDecayRule.Decays((string)name!), (string)name!);
            foreach (var name in run["no_decay_parameters"]!.AsArray()) Assert.False(WeightDecayRule.Decays((string)name!), (string)name!);
            seen += run["no_decay_parameters"]!.AsArray().Count;
        }

        Assert.True(seen > 50, $"{seen} names");
    }

    [Fact]
    public void A_gradient_that_is_not_finite_makes_the_norm_not_finite()
    {
        using var kernels = new ReferenceKernels();
        using var arena = new Arena("test");
        var tensor = arena.Allocate(1, 5000);
        using var optimizer = new AdamWOptimizer(kernels, [("w", tensor, tensor)], default);
        tensor.AsSpan<float>()[4999] = float.PositiveInfinity;
        Assert.False(double.IsFinite(optimizer.GradientNorm()));
        tensor.AsSpan<float>()[4999] = float.NaN;
        Assert.False(double.IsFinite(optimizer.GradientNorm()));
    }
}
