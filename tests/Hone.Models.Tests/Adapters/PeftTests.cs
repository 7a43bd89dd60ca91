using System.Globalization;
using System.Text.Json.Nodes;
using Hone.Models.Adapters;
using Hone.Models.Weights;
using Hone.Tensors;
using Hone.Testing;

namespace Hone.Models.Tests.Adapters;

public class PeftTests
{
    private static readonly string[] GoldenCases =
    [
        "llama_untied__all_linear", "llama_untied__qkvo", "llama_untied__rslora", "llama_untied__patterns",
        "qwen2_tied__all_linear", "qwen3_tied__all_linear",
    ];

    public static TheoryData<string, string> Goldens()
    {
        var data = new TheoryData<string, string>();
        foreach (var name in GoldenCases)
        {
            foreach (var state in (string[])["start", "random", "final"]) data.Add(name, state);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Goldens))]
    public void What_PEFT_saved_is_read_fits_its_model_and_is_written_again_byte_for_byte(string name, string state)
    {
        using var folder = new TemporaryFolder();
        var original = SharedData.PathOf($"golden/models/lora/{name}/{state}");
        var spec = Configs.Golden(name[..name.IndexOf("__", StringComparison.Ordinal)]);
        using var adapter = PeftAdapterFile.Read(original);
        adapter.RequireFits(spec);
        Assert.Equal(adapter.Modules.Keys, TargetModules.Resolve(spec, adapter.Config).Order(StringComparer.Ordinal));

        PeftAdapterFile.Write(folder.Path, adapter.Config, adapter.Modules.Select(m => (m.Key, m.Value.A.Data, m.Value.B.Data)));
        foreach (var file in (string[])["adapter_config.json", "adapter_model.safetensors"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(original, file)), File.ReadAllBytes(folder.PathOf(file)));
    }

    [Theory]
    [InlineData("llama_untied__all_linear")]
    [InlineData("llama_untied__rslora")]
    [InlineData("llama_untied__patterns")]
    [InlineData("qwen3_tied__all_linear")]
    public void Modules_ranks_and_scalings_are_those_of_PEFT(string name)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(SharedData.PathOf($"golden/models/lora/{name}/manifest.json")))!;
        var spec = Configs.Golden(name[..name.IndexOf("__", StringComparison.Ordinal)]);
        var config = PeftConfig.Load(SharedData.PathOf($"golden/models/lora/{name}/start"));
        var modules = TargetModules.Resolve(spec, config);

        var shapes = manifest["trainable_parameters"]!.AsObject();
        Assert.Equal(shapes.Select(p => p.Key), modules.SelectMany(m => (string[])[$"base_model.model.{m}.lora_A.weight", $"base_model.model.{m}.lora_B.weight"]));
        Assert.All(modules, m => Assert.Equal((int)shapes[$"base_model.model.{m}.lora_A.weight"]![0]!, config.RankOf(m)));
        var scalings = manifest["scaling_factors_used"]!.AsArray().Select(n => (double)n!);
        Assert.Equal(scalings, modules.Select(config.ScalingOf).Distinct().Order());
    }

    [Fact]
    public void A_new_configuration_has_the_keys_that_PEFT_writes()
    {
        var golden = JsonNode.Parse(File.ReadAllText(SharedData.PathOf("golden/models/lora/llama_untied__patterns/start/adapter_config.json")))!.AsObject();
        var config = new PeftConfig
        {
            BaseModel = "llama_untied",
            Rank = 8,
            LoraAlpha = 16,
            Target = TargetModules.List("v_proj", "up_proj", "q_proj"),
            LayersToTransform = [0, 2],
            RankPattern = [new("q_proj", 4), new("layers.2.mlp.up_proj", 12)],
            AlphaPattern = [new("q_proj", 32)],
        };
        Assert.Equal(golden.ToJsonString(), JsonNode.Parse(config.ToJson())!.ToJsonString());
        Assert.Contains("\"lora_dropout\": 0.0,", config.ToJson(), StringComparison.Ordinal);
        Assert.Contains("\"lora_dropout\": 0.05,", (config with { LoraDropout = 0.05 }).ToJson(), StringComparison.Ordinal);
        Assert.Contains("\"lora_alpha\": 0.5,", (config with { LoraAlpha = 0.5 }).ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_written_the_same_whatever_the_culture()
    {
        var config = new PeftConfig { LoraDropout = 0.05, LoraAlpha = 0.5, Target = TargetModules.AllLinear, Source = new JsonObject { ["lora_alpha"] = 0.5 } };
        var expected = config.ToJson();
        var before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator) = (",", ".");
        try
        {
            CultureInfo.CurrentCulture = culture;
            Assert.Equal(expected, config.ToJson());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Patterns_without_number_are_refused_and_the_first_in_ordinal_order_wins()
    {
        var config = new PeftConfig { RankPattern = [new("q_.*", 3), new("[qk]_proj", 2)] };
        Assert.Equal((2, 3, 8), (config.RankOf("a.q_proj"), config.RankOf("a.q_other"), config.RankOf("a.v_proj")));
        Assert.Equal(4, (config with { RankPattern = [new("q_proj", 4)] }).RankOf("a.q_proj"));
        var many = config with { RankPattern = [.. Enumerable.Range(0, 5000).Select(i => KeyValuePair.Create($"m{i}", 1))] };
        Assert.Equal(ExitCode.Model, Assert.Throws<HoneException>(() => many.RankOf("a.q_proj")).ExitCode);
    }

    [Fact]
    public void Unknown_keys_survive_and_changed_ones_are_written()
    {
        var json = JsonNode.Parse("""{"peft_type": "LORA", "target_modules": ".*q_proj", "r": 4, "lora_alpha": 4.0, "peft_version": "0.17.0", "note": {"b": [1, 2], "a": null}}""")!;
        var config = PeftConfig.Parse(json.AsObject(), "adapter_config.json");
        var again = JsonNode.Parse((config with { Rank = 2, BaseModel = "x" }).ToJson())!;
        Assert.Equal("0.17.0", (string)again["peft_version"]!);
        Assert.True(JsonNode.DeepEquals(json["note"], again["note"]));
        Assert.Equal(2, (int)again["r"]!);
        Assert.Equal("4.0", again["lora_alpha"]!.ToJsonString());
        Assert.Equal("x", (string)again["base_model_name_or_path"]!);
        Assert.Equal(".*q_proj", (string)again["target_modules"]!);
    }

    [Theory]
    [InlineData("llama_untied__dora", "use_dora")]
    [InlineData("llama_untied__modules_to_save", "modules_to_save")]
    [InlineData("qwen2_tied__bias_all", "bias all")]
    [InlineData("qwen2_tied__bias_lora_only", "bias lora_only")]
    [InlineData("gpt2_tied__c_attn_mlp", "fan_in_fan_out")]
    [InlineData("llama_untied__embedding", "lora_embedding_")]
    public void Adapters_with_features_that_are_not_supported_are_refused_by_name(string name, string feature)
    {
        var error = Assert.Throws<HoneException>(() => PeftAdapterFile.Read(SharedData.PathOf($"golden/models/lora/{name}/random")));
        Assert.Equal(ExitCode.Model, error.ExitCode);
        Assert.Contains(feature, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"peft_type": "LOHA"}""", "LOHA")]
    [InlineData("""{"lora_bias": true}""", "lora_bias")]
    [InlineData("""{"layer_replication": [[0, 1]]}""", "layer_replication")]
    [InlineData("""{"init_lora_weights": "pissa_niter_4"}""", "pissa")]
    [InlineData("""{"trainable_token_indices": [1]}""", "trainable_token_indices")]
    [InlineData("""{"target_modules": null}""", "target_modules")]
    [InlineData("""{"target_modules": [1]}""", "target_modules")]
    [InlineData("""{"r": 0}""", "r ")]
    [InlineData("""{"r": "8"}""", "r ")]
    [InlineData("""{"rank_pattern": {"q_proj": -1}}""", "q_proj")]
    [InlineData("""{"rank_pattern": []}""", "rank_pattern")]
    [InlineData("""{"lora_dropout": 2}""", "lora_dropout")]
    [InlineData("""{"lora_dropout": 1}""", "lora_dropout")]
    public void Settings_that_can_not_be_followed_are_refused_by_name(string changes, string named)
    {
        var json = JsonNode.Parse("""{"peft_type": "LORA", "target_modules": ["q_proj"]}""")!.AsObject();
        PeftConfig.Parse(json, "adapter_config.json");
        foreach (var (key, value) in JsonNode.Parse(changes)!.AsObject()) json[key] = value?.DeepClone();
        var error = Assert.Throws<HoneException>(() => PeftConfig.Parse(json, "adapter_config.json"));
        Assert.Equal(ExitCode.Model, error.ExitCode);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_linear_layer_is_written_as_the_list_of_its_names()
    {
        using var folder = new TemporaryFolder();
        using var arena = new Arena("test");
        var spec = Configs.Golden("llama_untied");
        var config = new PeftConfig { Rank = 2, Target = TargetModules.AllLinear };
        var slots = spec.Tensors().Where(t => t.Kind == TensorKind.Linear);
        PeftAdapterFile.Write(folder.Path, config, slots.Select(t => (t.ModulePath, arena.Allocate(2, (int)t.Shape[1]), arena.Allocate((int)t.Shape[0], 2))), DType.BF16);
        using var adapter = PeftAdapterFile.Read(folder.Path);
        adapter.RequireFits(spec);
        Assert.Equal(["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"], adapter.Config.Target!.Names);
        Assert.All(adapter.Modules.Values, pair => Assert.Equal(DType.BF16, pair.A.Type));
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused()
    {
        using var adapter = PeftAdapterFile.Read(SharedData.PathOf("golden/models/lora/llama_untied__all_linear/random"));
        var spec = Configs.Golden("llama_untied");
        Assert.Contains("model.layers.0.mlp.down_proj", Misfit(spec with { IntermediateSize = 100 }), StringComparison.Ordinal);
        Assert.Contains("model.layers.2", Misfit(spec with { LayerCount = 2 }), StringComparison.Ordinal);
        Assert.Contains("model.layers.3", Misfit(spec with { LayerCount = 4 }), StringComparison.Ordinal);

        string Misfit(DecoderSpec other)
        {
            var error = Assert.Throws<HoneException>(() => adapter.RequireFits(other));
            Assert.Equal(ExitCode.Model, error.ExitCode);
            return error.Message;
        }
    }

    [Fact]
    public void Half_an_adapter_and_wrong_ranks_are_refused()
    {
        using var folder = new TemporaryFolder();
        var original = SharedData.PathOf("golden/models/lora/llama_untied__qkvo/random");
        using var adapter = PeftAdapterFile.Read(original);
        PeftAdapterFile.Write(folder.Path, adapter.Config, adapter.Modules.Select(m => (m.Key, m.Value.A.Data, m.Value.B.Data)));
        File.WriteAllText(folder.PathOf("adapter_config.json"), (adapter.Config with { Rank = 3 }).ToJson());
        Assert.Contains("rank 3", Refused(), StringComparison.Ordinal);

        File.WriteAllText(folder.PathOf("adapter_config.json"), adapter.Config.ToJson());
        var (module, (a, _)) = adapter.Modules.First();
        SafetensorsWriter.Write(folder.PathOf("adapter_model.safetensors"), [new TensorToWrite(a.Name, a.Type, a.Shape, a.Data)]);
        Assert.Contains(module, Refused(), StringComparison.Ordinal);

        File.Delete(folder.PathOf("adapter_model.safetensors"));
        Assert.Contains("missing", Refused(), StringComparison.Ordinal);

        string Refused()
        {
            var error = Assert.Throws<HoneException>(() => PeftAdapterFile.Read(folder.Path));
            Assert.Equal(ExitCode.Model, error.ExitCode);
            return error.Message;
        }
    }
}
