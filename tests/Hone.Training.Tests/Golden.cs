using Hone.Models.Weights;
using Hone.Tensors;
using Hone.Testing;

namespace Hone.Training.Tests;

/// <summary>Reads the tensors of a golden file.</summary>
internal sealed class Golden : IDisposable
{
    private readonly SafetensorsFile file;
    private readonly Dictionary<string, StoredTensor> tensors;

    private Golden(string path)
    {
        file = SafetensorsFile.Open(path);
        tensors = file.Tensors.ToDictionary(t => t.Name);
    }

    public IEnumerable<StoredTensor> Tensors => tensors.Values;

    public static Golden Open(string relative) => new(SharedData.PathOf(relative));

    public void Dispose() => file.Dispose();

    public ReadOnlySpan<float> All(string name) => Elements<float>(name);

    public unsafe ReadOnlySpan<T> Elements<T>(string name)
        where T : unmanaged
    {
        var data = tensors[name].Data;
        Assert.Equal(sizeof(T), data.Type.Size());
        return new ReadOnlySpan<T>(data.Data, (int)data.Count);
    }

    /// <summary>Entry i along the first dimension.</summary>
    public ReadOnlySpan<float> Slice(string name, int i)
    {
        var all = All(name);
        var size = all.Length / (int)tensors[name].Shape[0];
        return all.Slice(i * size, size);
    }

    public Tensor Copy(string name, Arena arena)
    {
        var data = tensors[name].Data;
        var copy = arena.Allocate(data.Rows, data.Columns);
        All(name).CopyTo(copy.AsSpan<float>());
        return copy;
    }
}
