using System.Text.Json.Nodes;
using Hone.Kernels;
using Hone.Tensors;
using Hone.Testing;

namespace Hone.Models.Tests;

public class DecoderSpecTests
{
    [Theory]
    [InlineData("llama_untied")]
    [InlineData("llama_tied_llama3_rope")]
    [InlineData("qwen2_tied")]
    [InlineData("qwen2_untied")]
    [InlineData("qwen3_tied")]
    [InlineData("mistral_untied")]
    public void Lists_the_parameters_of_the_golden_models_in_their_order(string model)
    {
        var spec = Configs.Golden(model);
        var manifest = JsonNode.Parse(File.ReadAllText(SharedData.PathOf($"golden/models/{model}/manifest.json")))!;
        Assert.Equal(manifest["parameter_names"]!.AsArray().Select(n => (string)n!), spec.Tensors().Select(t => t.Name));
        Assert.Equal((long)manifest["parameters"]!, spec.ParameterCount);
        Assert.Equal((bool)manifest["tied_embeddings"]!, spec.TieWordEmbeddings);

        var stored = new GoldenTensors($"golden/models/{model}/checkpoint/model.safetensors");
        Assert.All(spec.Tensors(), slot => Assert.Equal(stored.Shape(slot.Name), slot.Shape));
    }

    [Fact]
    public void Reads_every_setting_of_a_Qwen3_configuration()
    {
        var spec = Configs.Golden("qwen3_tied");
        Assert.Equal("qwen3", spec.Family);
        Assert.Equal("Qwen3ForCausalLM", spec.Architecture);
        Assert.Equal((384, 64, 176, 3), (spec.VocabularySize, spec.HiddenSize, spec.IntermediateSize, spec.LayerCount));
        Assert.Equal((4, 2, 32, 128, 64), (spec.HeadCount, spec.KeyValueHeadCount, spec.HeadSize, spec.QuerySize, spec.KeyValueSize));
        Assert.Equal(1e-6f, spec.NormEpsilon);
        Assert.Equal(1e6, spec.RopeTheta);
        Assert.Equal(RopeKind.Default, spec.RopeScaling.Kind);
        Assert.True(spec.QueryKeyNorm);
        Assert.False(spec.QueryKeyValueBias || spec.OutputProjectionBias || spec.MlpBias);
        Assert.Equal([0, 0, 0], spec.SlidingWindows);
        Assert.Equal((float)(1 / Math.Sqrt(32)), spec.AttentionScale);
        Assert.Equal(Activation.Silu, spec.Activation);
        Assert.Equal(Activation.Silu, Parse(("hidden_act", "swish")).Activation);
        Assert.Equal(0.02f, spec.InitializerRange);
        Assert.Equal(DType.F32, spec.StoredType);
        Assert.Equal(256, spec.MaxPositions);
    }

    [Fact]
    public void Families_assume_what_their_configuration_classes_assume()
    {
        var llama = Parse();
        Assert.Equal((4, 16, 2048, 10000.0), (llama.KeyValueHeadCount, llama.HeadSize, llama.MaxPositions, llama.RopeTheta));
        Assert.False(llama.TieWordEmbeddings || llama.QueryKeyValueBias);
        Assert.Equal(1e-6f, llama.NormEpsilon);
        Assert.Equal("LlamaForCausalLM", llama.Architecture);

        var biased = Parse(("attention_bias", true), ("mlp_bias", true));
        Assert.True(biased.QueryKeyValueBias && biased.OutputProjectionBias && biased.MlpBias);
        Assert.Equal(3 * 7, biased.Tensors().Count(t => t.Kind == TensorKind.Bias));

        var qwen2 = Parse(("model_type", "qwen2"), ("num_key_value_heads", 2), ("attention_bias", false));
        Assert.True(qwen2.QueryKeyValueBias);
        Assert.False(qwen2.OutputProjectionBias);
        Assert.Equal(128, Parse(("model_type", "qwen3"), ("num_key_value_heads", 2)).HeadSize);
    }

    [Fact]
    public void Windows_follow_the_rules_of_each_family()
    {
        Assert.Equal([0, 0, 0], Parse(("sliding_window", 8)).SlidingWindows);
        Assert.Equal([8, 8, 8], Parse(("model_type", "mistral"), ("num_key_value_heads", 2), ("sliding_window", 8)).SlidingWindows);
        Assert.Equal([0, 0, 0], Parse(("model_type", "mistral"), ("num_key_value_heads", 2), ("sliding_window", null)).SlidingWindows);
        Assert.Equal([4096, 4096, 4096], Parse(("model_type", "mistral"), ("num_key_value_heads", 2)).SlidingWindows);
        (string, JsonNode?)[] qwen = [("model_type", "qwen2"), ("num_key_value_heads", 2), ("sliding_window", 8), ("max_window_layers", 2)];
        Assert.Equal([0, 0, 0], Parse(qwen).SlidingWindows);
        Assert.Equal([0, 0, 8], Parse([.. qwen, ("use_sliding_window", true)]).SlidingWindows);
        Assert.Equal([8, 0, 0], Parse([.. qwen, ("use_sliding_window", true),
            ("layer_types", new JsonArray("sliding_attention", "full_attention", "full_attention"))]).SlidingWindows);
    }

    [Fact]
    public void Generation_settings_win_over_the_configuration()
    {
        var config = Configs.Llama(("bos_token_id", 1), ("eos_token_id", 2), ("pad_token_id", -1));
        var alone = DecoderSpec.Parse(config, "config.json");
        Assert.Equal(1, alone.BeginId);
        Assert.Equal([2], alone.EndIds);
        Assert.Null(alone.PadId);

        var both = DecoderSpec.Parse(config, "config.json", new JsonObject { ["eos_token_id"] = new JsonArray(7, 8), ["pad_token_id"] = 9 });
        Assert.Equal([7, 8], both.EndIds);
        Assert.Equal(9, both.PadId);
        Assert.Equal(1, both.BeginId);
    }

    [Fact]
    public void The_newer_rope_parameters_say_the_same_as_the_older_keys()
    {
        var scaling = new JsonObject
        {
            ["rope_type"] = "llama3",
            ["factor"] = 8.0,
            ["low_freq_factor"] = 1.0,
            ["high_freq_factor"] = 4.0,
            ["original_max_position_embeddings"] = 64,
        };
        var older = Parse(("rope_theta", 500000.0), ("rope_scaling", scaling));
        var parameters = scaling.DeepClone().AsObject();
        parameters["rope_theta"] = 500000.0;
        var newer = Parse(("rope_parameters", parameters));
        Assert.Equal(older.RopeScaling, newer.RopeScaling);
        Assert.Equal(500000.0, newer.RopeTheta);
        Assert.Equal(DType.BF16, Parse(("dtype", "bfloat16")).StoredType);
        Assert.Equal(DType.F16, Parse(("torch_dtype", "float16")).StoredType);
    }

    [Theory]
    [InlineData("""{"model_type": "gemma2"}""", "gemma2")]
    [InlineData("""{"architectures": ["LlamaForSequenceClassification"]}""", "LlamaForSequenceClassification")]
    [InlineData("""{"hidden_size": null}""", "hidden_size")]
    [InlineData("""{"hidden_size": "64"}""", "hidden_size")]
    [InlineData("""{"hidden_size": 64.5}""", "hidden_size")]
    [InlineData("""{"hidden_size": -64}""", "hidden_size")]
    [InlineData("""{"num_hidden_layers": 2000000000}""", "num_hidden_layers")]
    [InlineData("""{"num_hidden_layers": 1e300}""", "num_hidden_layers")]
    [InlineData("""{"num_attention_heads": 16777216, "head_dim": 16777216, "num_key_value_heads": 1}""", "head size")]
    [InlineData("""{"num_key_value_heads": 3}""", "num_key_value_heads")]
    [InlineData("""{"head_dim": 15}""", "odd")]
    [InlineData("""{"rms_norm_eps": 0}""", "rms_norm_eps")]
    [InlineData("""{"tie_word_embeddings": "yes"}""", "tie_word_embeddings")]
    [InlineData("""{"hidden_act": "gelu"}""", "hidden_act gelu is not supported; supported: silu")]
    [InlineData("""{"hidden_act": "gelu_pytorch_tanh"}""", "hidden_act gelu_pytorch_tanh")]
    [InlineData("""{"torch_dtype": "float8_e4m3fn"}""", "float8_e4m3fn")]
    [InlineData("""{"rope_scaling": []}""", "rope_scaling")]
    [InlineData("""{"rope_scaling": {"rope_type": "mrope"}}""", "mrope")]
    [InlineData("""{"rope_scaling": {"rope_type": "linear"}}""", "factor")]
    [InlineData("""{"rope_scaling": {"rope_type": "longrope", "factor": 4, "long_factor": [1], "short_factor": [1]}}""", "short_factor")]
    [InlineData("""{"partial_rotary_factor": 0.5}""", "partial_rotary_factor")]
    [InlineData("""{"quantization_config": {"quant_method": "gptq"}}""", "gptq")]
    [InlineData("""{"layer_types": ["full_attention"]}""", "layer_types")]
    [InlineData("""{"eos_token_id": ["a"]}""", "eos_token_id")]
    public void Refuses_what_it_cannot_run_and_names_it(string changes, string named)
    {
        var config = Configs.Llama([.. JsonNode.Parse(changes)!.AsObject().Select(p => (p.Key, p.Value))]);
        var error = Assert.Throws<HoneException>(() => DecoderSpec.Parse(config, "folder/config.json"));
        Assert.Equal(ExitCode.Model, error.ExitCode);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("folder/config.json", error.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1, 2]")]
    [InlineData("{\"a\": 1, \"a\": 2}")]
    [InlineData("{\"a\": ")]
    public void Refuses_a_configuration_that_is_not_a_JSON_object(string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.PathOf("config.json"), text);
        Assert.Equal(ExitCode.Model, Assert.Throws<HoneException>(() => DecoderSpec.Load(folder.Path)).ExitCode);
        File.WriteAllText(folder.PathOf("config.json"), string.Concat(Enumerable.Repeat("{\"a\":", 100_000)));
        Assert.Equal(ExitCode.Model, Assert.Throws<HoneException>(() => DecoderSpec.Load(folder.Path)).ExitCode);
        File.Delete(folder.PathOf("config.json"));
        Assert.Contains("missing", Assert.Throws<HoneException>(() => DecoderSpec.Load(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<HoneException>(() => DecoderSpec.Load(folder.PathOf("nowhere")));
    }

    private static DecoderSpec Parse(params (string Key, JsonNode? Value)[] changes) =>
        DecoderSpec.Parse(Configs.Llama(changes), "config.json");
}
