using System.Text;
using Hone.Models.Weights;
using Hone.Testing;

namespace Hone.Models.Tests.Weights;

public class HostileSafetensorsTests
{
    private const string Sound = """{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}""";

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}} x""")]
    [InlineData("""{"x":1}""")]
    [InlineData("""{"x":{}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2,3]}}""")]
    [InlineData("""{"x":{"dtype":"F31","shape":[2,3],"data_offsets":[0,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2,4],"data_offsets":[0,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[24,0]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2,-3],"data_offsets":[0,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[-24,0]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2.0,3],"data_offsets":[0,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":["2",3],"data_offsets":[0,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,99999999999999999999]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1000000000000000000],"data_offsets":[0,4000000000000000000]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387910],"data_offsets":[0,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,6],"data_offsets":[0,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24],"extra":1}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[6],"data_offsets":[0,24]},"x":{"dtype":"F32","shape":[0],"data_offsets":[24,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[6],"data_offsets":[0,24]},"y":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"y":{"dtype":"F32","shape":[4],"data_offsets":[8,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"__metadata__":{"format":1},"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}""")]
    [InlineData("""{"__metadata__":{},"__metadata__":{},"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}""")]
    [InlineData("""{"x":{"dtype":"\uD800","shape":[2,3],"data_offsets":[0,24]}}""")]
    public void A_lying_header_is_refused(string header)
    {
        using var folder = new TemporaryFolder();
        var error = Refused(folder, Bytes(header, 24));
        Assert.StartsWith(folder.Path, error.Where, StringComparison.Ordinal);
    }

    [Fact]
    public void The_header_that_the_lies_are_made_from_is_accepted()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.PathOf("a"), Bytes(Sound, 24));
        using var file = SafetensorsFile.Open(folder.PathOf("a"));
        Assert.Equal([2L, 3L], file.Tensors.Single().Shape);
    }

    [Fact]
    public void The_message_names_the_tensor()
    {
        using var folder = new TemporaryFolder();
        var error = Refused(folder, Bytes(Sound.Replace("\"x\"", "\"model.norm.weight\"", StringComparison.Ordinal), 20));
        Assert.Contains("model.norm.weight", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(100_000_000UL)]
    [InlineData(100_000_001UL)]
    [InlineData(0x7FFF_FFFF_FFFF_FFFFUL)]
    [InlineData(0x8000_0000_0000_0000UL)]
    [InlineData(ulong.MaxValue)]
    public void A_lying_header_length_is_refused(ulong length)
    {
        using var folder = new TemporaryFolder();
        var bytes = Bytes(Sound, 24);
        BitConverter.TryWriteBytes(bytes, length);
        Refused(folder, bytes);
    }

    [Fact]
    public void A_deep_or_endless_header_costs_little()
    {
        using var folder = new TemporaryFolder();
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 1_000_000));
        var wide = "{\"x\":{\"dtype\":\"F32\",\"shape\":[" + string.Concat(Enumerable.Repeat("1,", 1_000_000)) + "1],\"data_offsets\":[0,4]}}";
        foreach (var header in new[] { deep, wide })
        {
            var bytes = Bytes(header, 4);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Refused(folder, bytes);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        }
    }

    [Fact]
    public void Names_that_are_not_UTF8_are_refused()
    {
        using var folder = new TemporaryFolder();
        var bytes = Bytes(Sound, 24);
        bytes[8 + 2] = 0xFF;
        Refused(folder, bytes);
    }

    [Fact]
    public void Every_truncation_of_a_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        var whole = File.ReadAllBytes(SharedData.PathOf("golden/models/lora/llama_untied__patterns/random/adapter_model.safetensors"));
        for (var length = 0; length < whole.Length; length += length < 2048 ? 11 : 1009) Refused(folder, whole[..length]);
        Refused(folder, [.. whole, 0]);
    }

    [Fact]
    public void A_flipped_bit_gives_a_sound_file_or_a_clear_refusal()
    {
        using var folder = new TemporaryFolder();
        var whole = File.ReadAllBytes(SharedData.PathOf("golden/models/lora/llama_untied__patterns/random/adapter_model.safetensors"));
        var header = 8 + (int)BitConverter.ToInt64(whole);
        var random = new Random(1);
        for (var i = 0; i < 600; i++)
        {
            var bytes = (byte[])whole.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--) bytes[random.Next(header)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(folder.PathOf("a"), bytes);
            try
            {
                using var file = SafetensorsFile.Open(folder.PathOf("a"));
                Assert.Equal(whole.Length - header, file.Tensors.Sum(Touch));
            }
            catch (HoneException e)
            {
                Assert.Equal(ExitCode.Model, e.ExitCode);
            }
        }
    }

    [Fact]
    public void A_folder_or_a_missing_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ExitCode.Model, Assert.Throws<HoneException>(() => SafetensorsFile.Open(folder.Path)).ExitCode);
        Assert.Equal(ExitCode.Model, Assert.Throws<HoneException>(() => SafetensorsFile.Open(folder.PathOf("b"))).ExitCode);
    }

    // Reads every byte that the tensor claims: an address outside the mapping would end the process.
    private static unsafe long Touch(StoredTensor tensor)
    {
        var sum = 0;
        for (var i = 0L; i < tensor.Data.ByteCount; i++) sum += ((byte*)tensor.Data.Data)[i];
        return sum >= 0 ? tensor.Data.ByteCount : 0;
    }

    private static HoneException Refused(TemporaryFolder folder, byte[] bytes)
    {
        File.WriteAllBytes(folder.PathOf("a"), bytes);
        var error = Assert.Throws<HoneException>(() => SafetensorsFile.Open(folder.PathOf("a")));
        Assert.Equal(ExitCode.Model, error.ExitCode);
        return error;
    }

    private static byte[] Bytes(string header, int dataBytes)
    {
        var utf8 = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)utf8.Length), .. utf8, .. new byte[dataBytes]];
    }
}
