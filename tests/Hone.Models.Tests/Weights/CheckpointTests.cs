using System.Text.Json.Nodes;
using Hone.Models.Weights;
using Hone.Tensors;
using Hone.Testing;

namespace Hone.Models.Tests.Weights;

public class CheckpointTests
{
    private const string Sharded = "golden/models/llama_tied_llama3_rope_storage_variants/sharded";

    [Theory]
    [InlineData("llama_untied/checkpoint")]
    [InlineData("llama_tied_llama3_rope/checkpoint")]
    [InlineData("qwen2_tied/checkpoint")]
    [InlineData("qwen2_untied/checkpoint")]
    [InlineData("qwen3_tied/checkpoint")]
    [InlineData("mistral_untied/checkpoint")]
    [InlineData("llama_tied_llama3_rope_storage_variants/bf16")]
    [InlineData("llama_tied_llama3_rope_storage_variants/sharded")]
    public void The_golden_checkpoints_are_the_models_of_their_configurations(string name)
    {
        var folder = SharedData.PathOf($"golden/models/{name}");
        var spec = DecoderSpec.Load(folder);
        using var checkpoint = CheckpointReader.Open(folder);
        checkpoint.RequireModel(spec);
        Assert.Equal(spec.ParameterCount * spec.StoredType.Size(), checkpoint.TotalBytes);
        Assert.All(spec.Tensors(), slot => Assert.Equal(slot.Count, checkpoint.Get(slot).Data.Count));
    }

    [Fact]
    public void Shards_are_written_again_byte_for_byte_with_their_index()
    {
        using var folder = new TemporaryFolder();
        var original = SharedData.PathOf(Sharded);
        using var checkpoint = CheckpointReader.Open(original);

        // The reference was cut at a size between these two shards' and the next tensor's.
        var written = CheckpointWriter.Save(folder.Path, InOrder(checkpoint, DecoderSpec.Load(original)), 170_000);
        Assert.Equal(4, written.Count);
        foreach (var name in written) Assert.Equal(File.ReadAllBytes(Path.Combine(original, name)), File.ReadAllBytes(folder.PathOf(name)));
    }

    [Fact]
    public void Sharded_and_single_checkpoints_hold_the_same_tensors()
    {
        using var sharded = CheckpointReader.Open(SharedData.PathOf(Sharded));
        using var single = CheckpointReader.Open(SharedData.PathOf("golden/models/llama_tied_llama3_rope/checkpoint"));
        Assert.Equal(single.Names, sharded.Names);
        foreach (var name in single.Names)
            Assert.True(single.Get(name).Data.AsSpan<float>().SequenceEqual(sharded.Get(name).Data.AsSpan<float>()), name);
    }

    [Fact]
    public void A_tensor_larger_than_a_shard_gets_its_own()
    {
        using var folder = new TemporaryFolder();
        using var arena = new Arena("test");
        TensorToWrite[] tensors = [Make("a", 2), Make("big", 20), Make("b", 2), Make("c", 8)];
        var written = CheckpointWriter.Save(folder.Path, tensors, 40);
        Assert.Equal(["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors", "model.safetensors.index.json"], written);
        var index = JsonNode.Parse(File.ReadAllText(folder.PathOf("model.safetensors.index.json")))!;
        Assert.Equal(128, (int)index["metadata"]!["total_size"]!);
        Assert.Equal("model-00001-of-00003.safetensors", (string)index["weight_map"]!["big"]!);
        Assert.Equal((string)index["weight_map"]!["a"]!, (string)index["weight_map"]!["b"]!);

        TensorToWrite Make(string name, int size) => new(name, DType.F32, [size], arena.Allocate(1, size));
    }

    [Fact]
    public void A_later_save_replaces_an_earlier_one_of_another_sharding()
    {
        using var folder = new TemporaryFolder();
        var original = SharedData.PathOf(Sharded);
        using var checkpoint = CheckpointReader.Open(original);
        var tensors = InOrder(checkpoint, DecoderSpec.Load(original));
        CheckpointWriter.Save(folder.Path, tensors, 170_000);
        Assert.Equal(["model.safetensors"], CheckpointWriter.Save(folder.Path, tensors));
        Assert.Equal(["model.safetensors"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName));
        CheckpointWriter.Save(folder.Path, tensors, 170_000);
        Assert.False(File.Exists(folder.PathOf("model.safetensors")));
        using var again = CheckpointReader.Open(folder.Path);
        Assert.Equal(checkpoint.Names, again.Names);
    }

    [Fact]
    public void A_model_of_another_shape_is_refused_with_both_shapes_and_all_names()
    {
        using var checkpoint = CheckpointReader.Open(SharedData.PathOf("golden/models/qwen2_tied/checkpoint"));
        var spec = Configs.Golden("qwen2_tied");
        var message = Refused(spec with { IntermediateSize = 100 });
        Assert.Contains("model.layers.0.mlp.gate_proj.weight: config.json expects [100, 64], the file has [176, 64]", message, StringComparison.Ordinal);
        Assert.Contains("12 missing (model.layers.2.self_attn.q_proj.weight,", Refused(spec with { LayerCount = 3 }), StringComparison.Ordinal);
        Assert.Contains("12 unexpected (model.layers.1.", Refused(spec with { LayerCount = 1 }), StringComparison.Ordinal);
        Assert.Contains("1 missing (lm_head.weight)", Refused(spec with { TieWordEmbeddings = false }), StringComparison.Ordinal);

        var slot = new TensorSlot("model.norm.weight", TensorKind.Norm, -1, [65]);
        Assert.Contains("[65]", Assert.Throws<HoneException>(() => checkpoint.Get(slot)).Message, StringComparison.Ordinal);
        var near = Assert.Throws<HoneException>(() => checkpoint.Get("model.norm.wieght"));
        Assert.Contains("model.norm.weight", near.Fix, StringComparison.Ordinal);

        string Refused(DecoderSpec other)
        {
            var error = Assert.Throws<HoneException>(() => checkpoint.RequireModel(other));
            Assert.Equal(ExitCode.Model, error.ExitCode);
            return error.Message;
        }
    }

    [Fact]
    public void A_copy_of_the_tied_head_is_allowed()
    {
        using var checkpoint = CheckpointReader.Open(SharedData.PathOf("golden/models/llama_untied/checkpoint"));
        checkpoint.RequireModel(Configs.Golden("llama_untied") with { TieWordEmbeddings = true });
    }

    [Theory]
    [InlineData("../x.safetensors", "plain")]
    [InlineData("/etc/x.safetensors", "plain")]
    [InlineData("a\\x.safetensors", "plain")]
    [InlineData("x.bin", "plain")]
    [InlineData("", "plain")]
    [InlineData("absent.safetensors", "absent.safetensors")]
    public void An_index_that_leads_astray_is_refused(string shard, string named)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.PathOf("model.safetensors.index.json"),
            new JsonObject { ["weight_map"] = new JsonObject { ["w"] = shard } }.ToJsonString());
        var error = Assert.Throws<HoneException>(() => CheckpointReader.Open(folder.Path));
        Assert.Equal(ExitCode.Model, error.ExitCode);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"weight_map": 1}""")]
    [InlineData("""{"weight_map": {"w": 1}}""")]
    [InlineData("""{"weight_map": {"w": "shard.safetensors"}}""")]
    [InlineData("""{"weight_map": {"model.norm.weight": "shard.safetensors", "model.norm.weight": "shard.safetensors"}}""")]
    public void A_broken_index_is_refused(string index)
    {
        using var folder = new TemporaryFolder();
        File.Copy(SharedData.PathOf($"{Sharded}/model-00003-of-00003.safetensors"), folder.PathOf("shard.safetensors"));
        File.WriteAllText(folder.PathOf("model.safetensors.index.json"), index);
        Assert.Equal(ExitCode.Model, Assert.Throws<HoneException>(() => CheckpointReader.Open(folder.Path)).ExitCode);
    }

    [Fact]
    public void A_folder_without_weights_says_what_it_has_instead()
    {
        var bin = SharedData.PathOf("golden/models/llama_tied_llama3_rope_storage_variants/pytorch_bin");
        Assert.Contains("pytorch_model.bin", Assert.Throws<HoneException>(() => CheckpointReader.Open(bin)).Message, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        Assert.Contains("model.safetensors", Assert.Throws<HoneException>(() => CheckpointReader.Open(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<HoneException>(() => CheckpointReader.Open(folder.PathOf("nowhere")));
    }

    [Fact]
    public void Side_files_are_copied_and_weights_are_not()
    {
        using var from = new TemporaryFolder();
        using var to = new TemporaryFolder();
        string[] side = ["LICENSE", "config.json", "generation_config.json", "merges.txt", "qwen.tiktoken", "tokenizer.json"];
        string[] rest = ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "optimizer.pt", "trainer_state.json", "README.md"];
        foreach (var name in side.Concat(rest)) File.WriteAllText(from.PathOf(name), name);
        Assert.Equal(side, CheckpointWriter.CopySideFiles(from.Path, to.Path));
        Assert.Equal(side, Directory.EnumerateFiles(to.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("config.json", File.ReadAllText(to.PathOf("config.json")));
        Assert.Empty(CheckpointWriter.CopySideFiles(from.Path, from.Path));
    }

    private static List<TensorToWrite> InOrder(CheckpointReader checkpoint, DecoderSpec spec) =>
        [.. spec.Tensors().Select(checkpoint.Get).Select(t => new TensorToWrite(t.Name, t.Type, t.Shape, t.Data))];
}
