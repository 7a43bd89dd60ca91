using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Hone.Tensors;

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

    /// <summary>The elements of an F32 array.</summary>
    public float[] Floats(string name) => Elements<float>(name, "F32");

    /// <summary>Entry <paramref name="i"/> along the first dimension of an F32 array.</summary>
    public ReadOnlySpan<float> Slice(string name, int i)
    {
        var all = Floats(name);
        var size = all.Length / (int)Shape(name)[0];
        return all.AsSpan(i * size, size);
    }

    /// <summary>The elements of an I64 array, which must fit.</summary>
    public int[] Ints(string name) => Array.ConvertAll(Elements<long>(name, "I64"), value => checked((int)value));

    /// <summary>A copy of an F32 array in memory of the arena; its rows are those of the innermost dimension.</summary>
    public Tensor Copy(string name, Arena arena)
    {
        var values = Floats(name);
        var columns = Shape(name) is [.., var last] ? (int)last : 1;
        var copy = arena.Allocate(values.Length / columns, columns);
        values.CopyTo(copy.AsSpan<float>());
        return copy;
    }

    private T[] Elements<T>(string name, string type)
        where T : unmanaged
    {
        var entry = entries[name];
        if (entry.Type != type) throw new InvalidDataException($"{name} is {entry.Type}, not {type}");
        return MemoryMarshal.Cast<byte, T>(file.AsSpan(dataStart + entry.Begin, entry.End - entry.Begin)).ToArray();
    }
}
