using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hone.Testing;

/// <summary>
/// Reads F32 arrays of reference safetensors files (8-byte header length, JSON header, data), independently of the reader that Hone ships.
/// </summary>
public sealed class Golden
{
    private readonly byte[] file;
    private readonly int dataStart;
    private readonly JsonElement header;

    private Golden(byte[] file)
    {
        this.file = file;
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        dataStart = 8 + length;
        header = JsonDocument.Parse(file.AsMemory(8, length)).RootElement;
    }

    /// <summary>A file under <c>../shared/data/golden</c>.</summary>
    public static Golden Open(string relative) => new(File.ReadAllBytes(SharedData.PathOf("golden/" + relative)));

    /// <summary>A tensor's elements in row order.</summary>
    public float[] Values(string name)
    {
        var entry = header.GetProperty(name);
        if (entry.GetProperty("dtype").GetString() != "F32") throw new InvalidOperationException($"{name} is not F32");
        int from = entry.GetProperty("data_offsets")[0].GetInt32(), to = entry.GetProperty("data_offsets")[1].GetInt32();
        return MemoryMarshal.Cast<byte, float>(file.AsSpan(dataStart + from, to - from)).ToArray();
    }

    /// <summary>A tensor's shape.</summary>
    public int[] Shape(string name) => [.. header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];
}
