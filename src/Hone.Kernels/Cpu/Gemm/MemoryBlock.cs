namespace Hone.Kernels.Cpu.Gemm;

/// <summary>A block of an operand that is not packed yet: kernels fetch it into the second-level cache while they multiply the one before.</summary>
internal readonly unsafe struct MemoryBlock
{
    /// <summary>Describes lines × k elements.</summary>
    public MemoryBlock(void* source, nint stride, int lines, int k, int elementBytes, bool alongMemory)
    {
        Source = (byte*)source;
        Stride = stride;
        Rows = alongMemory ? lines : k;
        RowBytes = (alongMemory ? k : lines) * elementBytes;
    }

    /// <summary>First byte.</summary>
    public byte* Source { get; }

    /// <summary>Bytes between rows.</summary>
    public nint Stride { get; }

    /// <summary>Rows in memory.</summary>
    public int Rows { get; }

    /// <summary>Bytes of a row.</summary>
    public int RowBytes { get; }
}
