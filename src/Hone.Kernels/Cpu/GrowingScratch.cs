using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>Memory of one op that is taken at the first call and again only when a larger shape comes.</summary>
internal sealed unsafe class GrowingScratch(string name) : IDisposable
{
    private Arena? arena;
    private void* block;
    private bool disposed;

    /// <summary>Bytes held now.</summary>
    public long Bytes { get; private set; }

    /// <summary>At least so many bytes, with whatever was in them.</summary>
    public void* Ensure(long bytes)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (bytes <= Bytes) return block;
        Free();
        var rounded = (bytes + Arena.Alignment - 1) / Arena.Alignment * Arena.Alignment;
        arena = new Arena(name);

        // The allocation can fail; the next call must then find nothing instead of what was freed.
        block = arena.AllocateBytes(rounded);
        Bytes = rounded;
        return block;
    }

    public void Dispose()
    {
        disposed = true;
        Free();
    }

    private void Free()
    {
        arena?.Dispose();
        arena = null;
        block = null;
        Bytes = 0;
    }
}
