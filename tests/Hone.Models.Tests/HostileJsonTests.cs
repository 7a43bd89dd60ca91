using Hone.Models.Adapters;
using Hone.Models.Weights;
using Hone.Testing;

namespace Hone.Models.Tests;

public class HostileJsonTests
{
    private const string Models = "golden/models";

    public static TheoryData<string, string> Files() => new()
    {
        { "qwen2_tied/checkpoint", "config.json" },
        { "llama_tied_llama3_rope/checkpoint", "config.json" },
        { "llama_untied/checkpoint", "generation_config.json" },
        { "lora/llama_untied__patterns/start", "adapter_config.json" },
        { "llama_tied_llama3_rope_storage_variants/sharded", "model.safetensors.index.json" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_damaged_file_is_read_or_refused_but_never_breaks(string source, string name)
    {
        using var folder = new TemporaryFolder();
        foreach (var path in Directory.EnumerateFiles(SharedData.PathOf($"{Models}/{source}"), "*.json"))
            File.WriteAllBytes(folder.PathOf(Path.GetFileName(path)), File.ReadAllBytes(path));
        var whole = File.ReadAllBytes(folder.PathOf(name));
        var random = new Random(2);
        var refusals = 0;
        for (var i = 0; i < 400; i++)
        {
            File.WriteAllBytes(folder.PathOf(name), Damage(whole, random));
            try
            {
                Read(folder.Path, name);
            }
            catch (HoneException e)
            {
                Assert.Equal(ExitCode.Model, e.ExitCode);
                refusals++;
            }
        }

        Assert.InRange(refusals, 50, 400);
    }

    private static void Read(string folder, string name)
    {
        switch (name)
        {
            case "adapter_config.json":
                var config = PeftConfig.Load(folder);
                config.RankOf("model.layers.0.self_attn.q_proj");
                config.ToJson();
                break;
            case "model.safetensors.index.json":
                CheckpointReader.Open(folder).Dispose();
                break;
            default:
                var spec = DecoderSpec.Load(folder);
                Assert.True(spec.ParameterCount > 0);
                RotaryTable.InverseFrequencies(spec, 8);
                break;
        }
    }

    // Bits flipped, a piece cut out, a piece doubled, or a digit run made longer.
    private static byte[] Damage(byte[] whole, Random random)
    {
        var bytes = whole.ToList();
        var at = random.Next(bytes.Count);
        var length = Math.Min(random.Next(1, 20), bytes.Count - at);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes.RemoveRange(at, length);
                break;
            case 2:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            default:
                var digit = bytes.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
                if (digit >= 0) bytes.InsertRange(digit, Enumerable.Repeat((byte)'9', length));
                break;
        }

        return [.. bytes];
    }
}
