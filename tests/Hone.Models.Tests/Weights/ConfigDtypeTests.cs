using Hone.Kernels.Cpu;
using Hone.Models.Weights;
using Hone.Tensors;
using Hone.Testing;

namespace Hone.Models.Tests.Weights;

public sealed class ConfigDtypeTests
{
    [Theory]
    [InlineData(DType.BF16, "bfloat16")]
    [InlineData(DType.F16, "float16")]
    [InlineData(DType.F32, "float32")]
    public void A_saved_model_says_how_its_weights_are_stored(DType type, string name)
    {
        var original = SharedData.PathOf("golden/models/qwen2_tied/checkpoint");
        using var folder = new TemporaryFolder();
        using (var kernels = new CpuKernels(1))
        using (var decoder = Decoder.Load(original, kernels, trainable: true)) decoder.Save(folder.Path, type, original);
        Assert.Equal(type, DecoderSpec.Load(folder.Path).StoredType);
        var (before, after) = (Read(original), Read(folder.Path));
        Assert.Equal(name, (string?)(after["torch_dtype"] ?? after["dtype"]));
        Assert.Equal(before.Select(p => p.Key), after.Select(p => p.Key));
        Assert.All(before.Where(p => p.Key is not ("torch_dtype" or "dtype")), p => Assert.Equal(p.Value?.ToJsonString(), after[p.Key]?.ToJsonString()));
    }

    [Fact]
    public void A_file_that_is_right_stays_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "config.json");
        const string Text = "{ \"torch_dtype\" :\"bfloat16\",\n\n \"rms_norm_eps\": 1e-06}";
        File.WriteAllText(path, Text);
        ConfigDtype.State(path, DType.BF16);
        Assert.Equal(Text, File.ReadAllText(path));
        ConfigDtype.State(path, DType.F32);
        Assert.Equal("{\n  \"torch_dtype\": \"float32\",\n  \"rms_norm_eps\": 1e-06\n}", File.ReadAllText(path));
    }

    [Theory]
    [InlineData("{\"dtype\": \"bfloat16\"}", "{\n  \"dtype\": \"float16\"\n}")]
    [InlineData("{\"vocab_size\": 5}", "{\n  \"vocab_size\": 5,\n  \"torch_dtype\": \"float16\"\n}")]
    public void Whichever_key_a_file_has_tells_the_truth(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "config.json");
        File.WriteAllText(path, text);
        ConfigDtype.State(path, DType.F16);
        Assert.Equal(expected, File.ReadAllText(path));
    }

    private static System.Text.Json.Nodes.JsonObject Read(string folder) => JsonFile.ReadObject(Path.Combine(folder, "config.json"));
}
