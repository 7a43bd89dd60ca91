using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>Memory of one op that is taken at the first call and again only when a larger shape comes.</summary>
internal sealed unsafe class GrowingScratch(string name) : IDisposable
{
    private Arena? arena;
    private void* block;

    /// <summary>Bytes held now.</summary>
    public long Bytes { get; private set; }

    /// <summary>At least so many bytes, with whatever was in them.</summary>
    public void* Ensure(long bytes)
    {
        if (bytes <= Bytes) return block;
        arena?.Dispose();
        arena = new Arena(name);
        Bytes = (bytes + Arena.Alignment - 1) / Arena.Alignment * Arena.Alignment;
        return block = arena.AllocateBytes(Bytes);
    }

    public void Dispose() => arena?.Dispose();
}
