namespace Hone.Kernels.Cpu.Gemm;

/// <summary>Where a block of k of the left operand lies for the micro-kernel: packed panels, or rows as they are in memory.</summary>
internal readonly unsafe struct PanelSource
{
    private PanelSource(float* first, nint pitch, nint row, nint step, bool isPacked)
    {
        First = first;
        Pitch = pitch;
        Row = row;
        Step = step;
        IsPacked = isPacked;
    }

    /// <summary>First row and first k.</summary>
    public float* First { get; }

    /// <summary>Panel i begins at First + i·(rows of a panel)·Pitch.</summary>
    public nint Pitch { get; }

    /// <summary>Elements between rows of a panel.</summary>
    public nint Row { get; }

    /// <summary>Elements between one k and the next.</summary>
    public nint Step { get; }

    /// <summary>Whether it is packed, with room behind the last row.</summary>
    public bool IsPacked { get; }

    /// <summary>Panels [k, rows] one behind the other.</summary>
    public static PanelSource Packed(float* first, int k, int rows) => new(first, k, 1, rows, isPacked: true);

    /// <summary>Rows as they lie in memory, or transposed, one k of all rows after the other.</summary>
    public static PanelSource InMemory(float* first, nint stride, bool transposed) =>
        transposed ? new(first, 1, 1, stride, isPacked: false) : new(first, stride, stride, 1, isPacked: false);
}
