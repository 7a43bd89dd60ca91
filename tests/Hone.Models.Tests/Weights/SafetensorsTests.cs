using System.Runtime.InteropServices;
using Hone.Models.Weights;
using Hone.Tensors;
using Hone.Testing;

namespace Hone.Models.Tests.Weights;

public unsafe class SafetensorsTests
{
    private const string Models = "golden/models";

    [Fact]
    public void Reads_every_tensor_of_a_golden_file_with_name_type_shape_and_data()
    {
        var golden = new GoldenTensors($"{Models}/llama_untied/forward.safetensors");
        using var file = SafetensorsFile.Open(SharedData.PathOf($"{Models}/llama_untied/forward.safetensors"));
        Assert.Equal(golden.Names.Order(StringComparer.Ordinal), file.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal));
        Assert.Equal("pt", file.Metadata["format"]);
        foreach (var tensor in file.Tensors)
        {
            Assert.Equal(golden.Shape(tensor.Name), tensor.Shape);
            Assert.Equal(golden.Shape(tensor.Name)[^1], tensor.Data.Columns);
            Assert.Equal(golden.Floats(tensor.Name), tensor.Data.AsSpan<float>().ToArray());
        }

        Assert.Null(file.Find("nothing"));
    }

    [Theory]
    [InlineData("llama_untied/checkpoint/model.safetensors")]
    [InlineData("qwen2_tied/checkpoint/model.safetensors")]
    [InlineData("qwen2_tied/inputs.safetensors")]
    [InlineData("qwen3_tied/checkpoint/model.safetensors")]
    [InlineData("mistral_untied/checkpoint/model.safetensors")]
    [InlineData("llama_tied_llama3_rope_storage_variants/bf16/model.safetensors")]
    [InlineData("llama_tied_llama3_rope_storage_variants/fp16/model.safetensors")]
    [InlineData("nf4/vectors.safetensors")]
    [InlineData("optimizers/adamw_8bit.safetensors")]
    public void What_was_read_is_written_again_byte_for_byte(string name)
    {
        using var folder = new TemporaryFolder();
        var original = SharedData.PathOf($"{Models}/{name}");
        using (var file = SafetensorsFile.Open(original))
        {
            // Reversed, so that the order can't come from the caller.
            SafetensorsWriter.Write(folder.PathOf("copy"), file.Tensors.Reverse().Select(t => new TensorToWrite(t.Name, t.Type, t.Shape, t.Data)), file.Metadata);
        }

        Assert.Equal(File.ReadAllBytes(original), File.ReadAllBytes(folder.PathOf("copy")));
        Assert.Equal(["copy"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("bf16", DType.BF16)]
    [InlineData("fp16", DType.F16)]
    public void Rounding_while_writing_gives_the_bytes_of_the_reference(string variant, DType type)
    {
        using var folder = new TemporaryFolder();
        using var exact = CheckpointReader.Open(SharedData.PathOf($"{Models}/llama_tied_llama3_rope/checkpoint"));
        SafetensorsWriter.Write(folder.PathOf("rounded"), exact.Names.Select(exact.Get).Select(t => new TensorToWrite(t.Name, type, t.Shape, t.Data)));
        var reference = SharedData.PathOf($"{Models}/llama_tied_llama3_rope_storage_variants/{variant}/model.safetensors");
        Assert.Equal(File.ReadAllBytes(reference), File.ReadAllBytes(folder.PathOf("rounded")));

        // Widening again is exact: it must give the rounded values.
        using var rounded = SafetensorsFile.Open(reference);
        SafetensorsWriter.Write(folder.PathOf("widened"), rounded.Tensors.Select(t => new TensorToWrite(t.Name, DType.F32, t.Shape, t.Data)));
        SafetensorsWriter.Write(folder.PathOf("again"), SafetensorsFile.Open(folder.PathOf("widened")).Tensors.Select(t => new TensorToWrite(t.Name, type, t.Shape, t.Data)));
        Assert.Equal(File.ReadAllBytes(reference), File.ReadAllBytes(folder.PathOf("again")));
    }

    [Fact]
    public void Rounding_many_values_at_once_rounds_each_as_alone_for_every_length()
    {
        var random = new Random(3);
        for (var length = 0; length <= 70; length++)
        {
            // All bit patterns are as likely, so NaNs, infinities and subnormals occur.
            var values = Enumerable.Range(0, length).Select(i => BitConverter.UInt32BitsToSingle(i % 7 == 3 ? 0x7F80_0000u + (uint)(i % 2) : (uint)random.NextInt64(1L << 32))).ToArray();
            var rounded = new ushort[length];
            ElementConversion.Convert(MemoryMarshal.AsBytes(values.AsSpan()), DType.F32, MemoryMarshal.AsBytes(rounded.AsSpan()), DType.BF16);
            Assert.Equal(values.Select(BFloat16.Round), rounded);
        }
    }

    [Fact]
    public void Every_BF16_goes_through_F16_as_it_goes_through_F32()
    {
        var patterns = Enumerable.Range(0, 1 << 16).Select(i => (ushort)i).ToArray();
        var direct = new byte[patterns.Length * 2];
        ElementConversion.Convert(MemoryMarshal.AsBytes(patterns.AsSpan()), DType.BF16, direct, DType.F16);
        var halves = MemoryMarshal.Cast<byte, Half>(direct);
        for (var i = 0; i < patterns.Length; i++)
        {
            var expected = (Half)BitConverter.UInt32BitsToSingle((uint)patterns[i] << 16);
            Assert.True(Half.IsNaN(expected) ? Half.IsNaN(halves[i]) : expected == halves[i], $"{i:X4}");
        }
    }

    [Fact]
    public void Rows_with_gaps_between_them_are_written_dense()
    {
        using var folder = new TemporaryFolder();
        using var arena = new Arena("test");
        var whole = arena.Allocate(5, 7);
        for (var i = 0; i < whole.Count; i++) whole.F32[i] = i;
        SafetensorsWriter.Write(folder.PathOf("a"), [new TensorToWrite("x", DType.F32, [5, 3], whole.SliceColumns(2, 3))]);
        var written = new GoldenTensors(folder.PathOf("a")).Floats("x");
        Assert.Equal([2, 3, 4, 9, 10, 11, 16, 17, 18, 23, 24, 25, 30, 31, 32], written);
    }

    [Fact]
    public void Scalars_and_empty_tensors_come_back()
    {
        using var folder = new TemporaryFolder();
        using var arena = new Arena("test");
        var one = arena.Allocate(DType.I64, 1, 1);
        one.AsSpan<long>()[0] = 42;
        SafetensorsWriter.Write(folder.PathOf("a"),
            [new TensorToWrite("scalar", DType.I64, [], one), new TensorToWrite("empty", DType.F32, [0, 9], default)]);
        using var file = SafetensorsFile.Open(folder.PathOf("a"));
        Assert.Equal(42, file.Find("scalar")!.Data.AsSpan<long>()[0]);
        Assert.True(file.Find("empty")!.Data.IsEmpty);
        Assert.Equal([0L, 9L], file.Find("empty")!.Shape);
    }

    [Fact]
    public void A_header_that_is_not_padded_gives_aligned_tensors_all_the_same()
    {
        using var folder = new TemporaryFolder();
        var header = """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"""u8;
        Assert.NotEqual(0, header.Length % 4);
        File.WriteAllBytes(folder.PathOf("a"), [.. BitConverter.GetBytes((long)header.Length), .. header, .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]);
        using var file = SafetensorsFile.Open(folder.PathOf("a"));
        Assert.Equal(0, (nint)file.Tensors[0].Data.Data % sizeof(float));
        Assert.Equal([1.5f, -2f], file.Tensors[0].Data.AsSpan<float>().ToArray());
    }

    [Fact]
    public void A_write_that_can_not_be_right_is_refused_before_anything_is_touched()
    {
        using var folder = new TemporaryFolder();
        using var arena = new Arena("test");
        var x = arena.Allocate(2, 3);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder.PathOf("a"), [new TensorToWrite("x", DType.F32, [2, 4], x)]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder.PathOf("a"), [new TensorToWrite("x", DType.I32, [2, 3], x)]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder.PathOf("a"), [new TensorToWrite("x", DType.F32, [6], x), new TensorToWrite("x", DType.BF16, [6], x)]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_mapped_file_can_be_replaced_and_keeps_its_old_content()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows doesn't replace mapped files.");
        using var folder = new TemporaryFolder();
        using var arena = new Arena("test");
        var x = arena.Allocate(1, 4);
        x.F32[0] = 1;
        SafetensorsWriter.Write(folder.PathOf("a"), [new TensorToWrite("x", DType.F32, [4], x)]);
        using var old = SafetensorsFile.Open(folder.PathOf("a"));
        x.F32[0] = 2;
        SafetensorsWriter.Write(folder.PathOf("a"), [new TensorToWrite("x", DType.F32, [4], x)]);
        using var fresh = SafetensorsFile.Open(folder.PathOf("a"));
        Assert.Equal(1f, old.Tensors[0].Data.F32[0]);
        Assert.Equal(2f, fresh.Tensors[0].Data.F32[0]);
    }
}
