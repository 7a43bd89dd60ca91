using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Cli;

/// <summary>Tensors of one device for a self-test: the same calls make the same numbers on every device.</summary>
internal sealed class Bench(IKernels kernels) : IDisposable
{
    private const ulong Seed = 7;

    private readonly Arena _arena = kernels.CreateArena("self-test");
    private ulong _made;

    public IKernels Kernels => kernels;

    /// <summary>The results to compare, in the order in which they were kept.</summary>
    public List<float[]> Results { get; } = [];

    /// <summary>Normal numbers.</summary>
    public Tensor Normal(int rows, int columns, DType type = DType.F32)
    {
        var values = new float[rows * columns];
        var stream = CounterRandom.Stream("self-test", _made++);
        for (var i = 0; i < values.Length; i++) values[i] = CounterRandom.Normal(Seed, stream, (ulong)i);
        var tensor = _arena.Allocate(rows, columns);
        kernels.Upload<float>(values, tensor);
        if (type == DType.F32) return tensor;
        var narrow = _arena.Allocate(type, rows, columns);
        kernels.Copy(tensor, narrow);
        return narrow;
    }

    public Tensor Zeros(int rows, int columns)
    {
        var tensor = _arena.Allocate(rows, columns);
        kernels.Fill(tensor, 0);
        return tensor;
    }

    public Tensor Integers(int[] values)
    {
        var tensor = _arena.Allocate(DType.I32, 1, values.Length);
        kernels.Upload<int>(values, tensor);
        return tensor;
    }

    /// <summary>Reads results back.</summary>
    public void Keep(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            var values = new float[tensor.Count];
            kernels.Download(tensor, values.AsSpan());
            Results.Add(values);
        }
    }

    public void Dispose() => _arena.Dispose();
}
