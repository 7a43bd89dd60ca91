using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hone.Testing;

/// <summary>Reads the arrays of a reference .safetensors file by name, with none of the production code.</summary>
public sealed class GoldenTensors
{
    private readonly byte[] file;
    private readonly int dataStart;
    private readonly Dictionary<string, (string Type, long[] Shape, int Begin, int End)> entries = [];

    /// <summary>Reads a file under <c>../shared/data</c>, or one with an absolute path.</summary>
    public GoldenTensors(string path)
    {
        file = File.ReadAllBytes(Path.IsPathRooted(path) ? path : SharedData.PathOf(path));
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        dataStart = 8 + headerLength;
        using var header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            var offsets = entry.Value.GetProperty("data_offsets");
            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64()).ToArray();
            entries[entry.Name] = (entry.Value.GetProperty("dtype").GetString()!, shape, offsets[0].GetInt32(), offsets[1].GetInt32());
        }
    }

    /// <summary>Names in the order of the header.</summary>
    public IEnumerable<string> Names => entries.Keys;

    /// <summary>Shape, outermost first.</summary>
    public long[] Shape(string name) => entries[name].Shape;

    /// <summary>The type as the file spells it.</summary>
    public string Type(string name) => entries[name].Type;

    /// <summary>The stored bytes.</summary>
    public ReadOnlySpan<byte> Bytes(string name) => file.AsSpan(dataStart + entries[name].Begin, entries[name].End - entries[name].Begin);

    /// <summary>The elements of an F32 array.</summary>
    public float[] Floats(string name) => Type(name) == "F32"
        ? MemoryMarshal.Cast<byte, float>(Bytes(name)).ToArray()
        : throw new InvalidOperationException($"{name} is {Type(name)}, not F32");

    /// <summary>The elements of an I64 array.</summary>
    public long[] Longs(string name) => Type(name) == "I64"
        ? MemoryMarshal.Cast<byte, long>(Bytes(name)).ToArray()
        : throw new InvalidOperationException($"{name} is {Type(name)}, not I64");
}
