using Hone.Models.Weights;
using Hone.Tensors;

namespace Hone.Cli.Tests;

/// <summary>The number format of a trained adapter: only its file has it, training does not.</summary>
public sealed class AdapterTypeTests : IDisposable
{
    private readonly TinyModel model = new();

    public void Dispose() => model.Dispose();

    [Theory]
    [InlineData("bf16", DType.BF16)]
    [InlineData("float16", DType.F16)]
    public void An_adapter_is_written_in_the_asked_type_and_training_knows_nothing_of_it(string asked, DType type)
    {
        Assert.Equal(0, model.Run("--output_dir", model.Sub("plain")).ExitCode);
        Assert.Equal(0, model.Run("--output_dir", model.Sub("narrow"), "--torch_dtype", asked).ExitCode);
        var (plain, plainTypes) = Read("plain", "checkpoint-8");
        var (narrow, narrowTypes) = Read("narrow", "checkpoint-8");
        Assert.Equal([DType.F32], plainTypes);
        Assert.Equal([type], narrowTypes);
        Assert.Equal(plain.Keys.Order(StringComparer.Ordinal), narrow.Keys.Order(StringComparer.Ordinal));
        Assert.All(plain, p => Assert.Equal(p.Value.Select(x => Rounded(x, type)), narrow[p.Key]));

        // From the middle, whose adapter file is rounded too, to the same end: masters are kept beside it.
        Directory.Delete(Path.Combine(model.Sub("narrow"), "checkpoint-8"), recursive: true);
        var resumed = model.Run("--output_dir", model.Sub("narrow"), "--torch_dtype", asked, "--resume_from_checkpoint", model.Sub("narrow/checkpoint-5"));
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        var (again, _) = Read("narrow", "checkpoint-8");
        Assert.All(narrow, p => Assert.Equal(p.Value, again[p.Key]));
    }

    [Fact]
    public void A_narrow_adapter_is_evaluated_like_any_other()
    {
        Assert.Equal(0, model.Run("--torch_dtype", "bf16").ExitCode);
        var run = CommandLineRun.Of(["eval", "--model", model.Model, "--template", model.Template, "--adapters", Path.Combine(model.Output, "last"),
            "--dataset", model.Rows, "--metrics", "loss"]);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    private static float Rounded(float value, DType type) => type == DType.F16
        ? (float)(Half)value
        : BitConverter.Int32BitsToSingle((int)((BitConverter.SingleToUInt32Bits(value) + 0x7fff + ((BitConverter.SingleToUInt32Bits(value) >> 16) & 1)) & 0xffff0000));

    private (Dictionary<string, float[]> Values, DType[] Types) Read(string run, string checkpoint)
    {
        using var file = SafetensorsFile.Open(Path.Combine(model.Sub(run), checkpoint, "adapter_model.safetensors"));
        return (file.Tensors.ToDictionary(t => t.Name, t => Values(t.Data)), [.. file.Tensors.Select(t => t.Type).Distinct()]);
    }

    private static float[] Values(Tensor data) => data.Type switch
    {
        DType.F32 => data.AsSpan<float>().ToArray(),
        DType.F16 => [.. data.AsSpan<ushort>().ToArray().Select(bits => (float)BitConverter.UInt16BitsToHalf(bits))],
        _ => [.. data.AsSpan<ushort>().ToArray().Select(bits => BitConverter.Int32BitsToSingle(bits << 16))],
    };
}
