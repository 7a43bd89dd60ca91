namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// The innermost product. Every implementation gives the same bits: an element is one chain of fused multiply-adds over k in
/// ascending order, and the addend is added last.
/// </summary>
internal unsafe interface IMicroKernel
{
    /// <summary>Rows of a tile of c, and of a packed panel of the left operand.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns of a tile of c, and of a packed panel of the right operand.</summary>
    static abstract int Columns { get; }

    /// <summary>
    /// Left panels that a right panel meets before the next right panel comes: 1 keeps a left panel in the first-level cache,
    /// more keep the right one there and the left ones in the second level.
    /// </summary>
    static abstract int PanelsPerBlock { get; }

    /// <summary>c = a·b + addend for one full tile.</summary>
    /// <param name="k">Length of the products.</param>
    /// <param name="a">Packed [k, Rows].</param>
    /// <param name="b">Packed [k, Columns].</param>
    /// <param name="c">Output, rows <paramref name="cStride"/> apart.</param>
    /// <param name="cStride">Elements between rows of c.</param>
    /// <param name="addend">Rows to add, c itself to accumulate, or null.</param>
    /// <param name="addendStride">Elements between rows of the addend: 0 for a bias, and for null.</param>
    static abstract void Multiply(nint k, float* a, float* b, float* c, nint cStride, float* addend, nint addendStride);

    /// <summary>Columns of a narrower tile for thin products, such as those of rank 16; 0 when there is none.</summary>
    static virtual int NarrowColumns => 0;

    /// <summary>The first <see cref="NarrowColumns"/> columns of <see cref="Multiply"/>, from the same panels, with the same bits.</summary>
    static virtual void MultiplyNarrow(nint k, float* a, float* b, float* c, nint cStride, float* addend, nint addendStride) =>
        throw new NotSupportedException();
}
