using System.Text.Json.Nodes;
using Hone.Kernels.Cpu;
using Hone.Models;
using Hone.Testing;

namespace Hone.Cli.Tests.Verbs;

public sealed class MergeLoraTests
{
    private static string Model(string name) => SharedData.PathOf($"golden/models/{name}/checkpoint");

    private static string Adapter(string name) => SharedData.PathOf($"golden/models/lora/{name}/final");

    [Theory]
    [InlineData("llama_untied", "all_linear")]
    [InlineData("llama_untied", "qkvo")]
    [InlineData("llama_untied", "rslora")]
    [InlineData("llama_untied", "patterns")]
    [InlineData("qwen2_tied", "all_linear")]
    [InlineData("qwen3_tied", "all_linear")]
    public void The_merged_model_gives_the_logits_of_PEFT(string model, string name)
    {
        using var folder = new TemporaryFolder();
        var output = Path.Combine(folder.Path, "merged");
        var run = CommandLineRun.Of(["merge-lora", "--model", Model(model), "--adapters", Adapter($"{model}__{name}"), "--output_dir", output, "--json"]);
        Assert.Empty(run.Error);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal([output], Directory.GetDirectories(folder.Path));

        var expected = new GoldenTensors(SharedData.PathOf($"golden/models/lora/{model}__{name}/final_expected.safetensors")).Floats("merged_logits_batch1_row0");
        var ids = new GoldenTensors(SharedData.PathOf($"golden/models/{model}/inputs.safetensors")).Ints("batch1.input_ids").AsSpan(0, 12).ToArray();
        var actual = Logits(output, ids);
        Assert.Equal(expected.Length, actual.Length);

        // Merging in F32 and 30 steps of training that ended elsewhere by rounding alone: the reference's own two ways differ by 1e-5.
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 5e-5f);

        var certificate = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "merge_certificate.json")))!;
        Assert.InRange((double)certificate["max_abs_logit_difference"]!, 0, 5e-5);
        Assert.Equal(64, (int)certificate["same_likeliest_token"]!);
        Assert.Equal(Sha256(Path.Combine(output, "model.safetensors")), (string?)certificate["outputs_sha256"]!["model.safetensors"]);
        Assert.Equal(Sha256(Path.Combine(Adapter($"{model}__{name}"), "adapter_model.safetensors")), (string?)certificate["inputs_sha256"]!["adapters/adapter_model.safetensors"]);
        Assert.Equal(File.ReadAllText(Path.Combine(Model(model), "config.json")), File.ReadAllText(Path.Combine(output, "config.json")));
    }

    [Fact]
    public void Another_number_format_is_announced_in_the_configuration_and_measured()
    {
        using var folder = new TemporaryFolder();
        var output = Path.Combine(folder.Path, "merged");
        var run = CommandLineRun.Of(["merge-lora", "--model", Model("qwen2_tied"), "--adapters", Adapter("qwen2_tied__all_linear"), "--output_dir", output, "--dtype", "bf16"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("bfloat16", (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(output, "config.json")))!["torch_dtype"]);
        var difference = (double)JsonNode.Parse(File.ReadAllText(Path.Combine(output, "merge_certificate.json")))!["max_abs_logit_difference"]!;
        Assert.InRange(difference, 1e-4, 1); // BF16 keeps 8 bits: it must show.
        Assert.Contains($"./hone infer --model {output}", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_use_is_left_alone_unless_allowed()
    {
        using var folder = new TemporaryFolder();
        var kept = folder.Write("notes.txt", "mine");
        folder.Write("model-00001-of-00002.safetensors", "stale");
        string[] arguments = ["merge-lora", "--model", Model("qwen2_tied"), "--adapters", Adapter("qwen2_tied__all_linear"), "--output_dir", folder.Path];
        var refused = CommandLineRun.Of(arguments);
        Assert.Equal((int)ExitCode.Usage, refused.ExitCode);
        Assert.Contains("not empty", refused.Error, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);

        Assert.Equal(0, CommandLineRun.Of([.. arguments, "--exist_ok", "true"]).ExitCode);
        Assert.Equal("mine", File.ReadAllText(kept));
        Assert.False(File.Exists(Path.Combine(folder.Path, "model-00001-of-00002.safetensors")));
        Assert.True(File.Exists(Path.Combine(folder.Path, "model.safetensors")));
        Assert.False(Directory.Exists(folder.Path + ".partial"));
    }

    [Fact]
    public void A_wrong_adapter_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        var output = Path.Combine(folder.Path, "merged");
        var run = CommandLineRun.Of(["merge-lora", "--model", Model("llama_untied"), "--adapters", Adapter("qwen2_tied__all_linear"), "--output_dir", output]);
        Assert.Equal((int)ExitCode.Model, run.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void An_adapter_whose_base_model_is_elsewhere_asks_for_it()
    {
        using var folder = new TemporaryFolder();
        var run = CommandLineRun.Of(["merge-lora", "--adapters", Adapter("qwen2_tied__all_linear"), "--output_dir", Path.Combine(folder.Path, "merged")]);
        Assert.Equal((int)ExitCode.Model, run.ExitCode);
        Assert.Contains("base model", run.Error, StringComparison.Ordinal);
        Assert.Contains("--model", run.Error, StringComparison.Ordinal);
    }

    private static string Sha256(string path) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));

    private static float[] Logits(string model, int[] ids)
    {
        using var kernels = new CpuKernels(2);
        using var decoder = Decoder.Load(model, kernels, trainable: false);
        var batch = new MicroBatch(ids.Length);
        batch.Append(ids, new float[ids.Length], 0);
        using var workspace = new DecoderWorkspace(decoder, new WorkspaceShape(ids.Length, 1, Training: false));
        var logits = new float[ids.Length * decoder.Spec.VocabularySize];
        workspace.Logits(batch, logits);
        return logits;
    }
}
