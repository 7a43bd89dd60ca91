using System.Runtime.InteropServices;

namespace Hone.Tensors;

/// <summary>
/// Native memory of one owner. Blocks are zeroed, aligned to 64 bytes, and freed together by <see cref="Dispose"/>.
/// <see cref="ReservedBytes"/> is what the arena really took, so that a memory plan can be held against it.
/// </summary>
public sealed unsafe partial class Arena : IDisposable
{
    /// <summary>Alignment of every block: a cache line, and the widest vector.</summary>
    public const int Alignment = 64;

    private const nuint HugePage = 2u << 20;
    private const int AdviseHugePages = 14;

    private readonly List<nint> blocks = [];
    private bool disposed;

    /// <summary>Creates an empty arena.</summary>
    /// <param name="name">Shown in plans and leak reports.</param>
    public Arena(string name) => Name = name;

    /// <summary>Frees what a forgotten arena holds.</summary>
    ~Arena() => Free();

    /// <summary>Shown in plans and leak reports.</summary>
    public string Name { get; }

    /// <summary>Bytes taken so far.</summary>
    public long ReservedBytes { get; private set; }

    /// <summary>What <see cref="Allocate(DType, int, int)"/> takes for a shape: rounded up to <see cref="Alignment"/>.</summary>
    public static long SizeOf(DType type, int rows, int columns) =>
        ((long)rows * columns * type.Size() + Alignment - 1) / Alignment * Alignment;

    /// <summary>A zeroed dense matrix.</summary>
    /// <exception cref="HoneException">The system has no memory left (exit code 5).</exception>
    public Tensor Allocate(DType type, int rows, int columns) =>
        new(AllocateBytes(SizeOf(type, rows, columns)), type, rows, columns);

    /// <summary>A zeroed dense F32 matrix.</summary>
    public Tensor Allocate(int rows, int columns) => Allocate(DType.F32, rows, columns);

    /// <summary>A zeroed block.</summary>
    /// <param name="bytes">A multiple of <see cref="Alignment"/>.</param>
    public void* AllocateBytes(long bytes)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var size = (nuint)Math.Max(bytes, Alignment);
        void* block;
        try
        {
            block = NativeMemory.AlignedAlloc(size, size >= 2 * HugePage ? HugePage : Alignment);
        }
        catch (OutOfMemoryException e)
        {
            throw new HoneException(ExitCode.Memory, $"The system refused {bytes:N0} bytes for {Name}.", null,
                "Lower max_length or the batch size, turn on gradient_checkpointing, or use LoRA.", e);
        }

        if (size >= 2 * HugePage && OperatingSystem.IsLinux()) _ = MemoryAdvise(block, size, AdviseHugePages);
        NativeMemory.Clear(block, size);
        blocks.Add((nint)block);
        ReservedBytes += (long)size;
        return block;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* address, nuint length, int advice);

    private void Free()
    {
        if (disposed) return;
        disposed = true;
        foreach (var block in blocks) NativeMemory.AlignedFree((void*)block);
        blocks.Clear();
        ReservedBytes = 0;
    }
}
