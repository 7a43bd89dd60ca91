using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hone.Testing;

/// <summary>Reads a reference safetensors file without the production reader.</summary>
public sealed class SafetensorsGolden
{
    private readonly byte[] bytes;
    private readonly JsonElement header;
    private readonly int dataStart;

    /// <summary>Opens a file under <c>../shared/data</c>.</summary>
    public SafetensorsGolden(string relative)
    {
        bytes = File.ReadAllBytes(SharedData.PathOf(relative));
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        header = JsonDocument.Parse(bytes.AsMemory(8, length)).RootElement;
        dataStart = 8 + length;
    }

    /// <summary>Names of the tensors.</summary>
    public IEnumerable<string> Names => header.EnumerateObject().Select(p => p.Name).Where(n => n != "__metadata__");

    /// <summary>Whether the file has the tensor.</summary>
    public bool Has(string name) => header.TryGetProperty(name, out _);

    /// <summary>Shape, outermost first.</summary>
    public int[] Shape(string name) => [.. header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())];

    /// <summary>An F32 tensor.</summary>
    public float[] Floats(string name) => MemoryMarshal.Cast<byte, float>(Data(name, "F32")).ToArray();

    /// <summary>An I64 tensor as ints.</summary>
    public int[] Ints(string name) => [.. MemoryMarshal.Cast<byte, long>(Data(name, "I64")).ToArray().Select(v => (int)v)];

    private ReadOnlySpan<byte> Data(string name, string type)
    {
        var entry = header.GetProperty(name);
        if (entry.GetProperty("dtype").GetString() != type) throw new InvalidDataException($"{name} is not {type}");
        var (from, to) = (entry.GetProperty("data_offsets")[0].GetInt32(), entry.GetProperty("data_offsets")[1].GetInt32());
        return bytes.AsSpan(dataStart + from, to - from);
    }
}
