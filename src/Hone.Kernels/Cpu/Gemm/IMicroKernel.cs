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

    /// <summary>Whether rows of the left operand may lie in memory as they are; otherwise they have to be packed.</summary>
    static virtual bool ReadsInPlace => false;

    /// <summary>c = a·b + addend for one full tile.</summary>
    static abstract void Multiply(in TileProduct tile);

    /// <summary>Columns of a narrower tile for thin products, such as those of rank 16; 0 when there is none.</summary>
    static virtual int NarrowColumns => 0;

    /// <summary>The first <see cref="NarrowColumns"/> columns of <see cref="Multiply"/>, from the same panels, with the same bits.</summary>
    static virtual void MultiplyNarrow(in TileProduct tile) => throw new NotSupportedException();

    /// <summary>Rows of a flatter tile for the last rows of c; 0 when there is none.</summary>
    static virtual int FewRows => 0;

    /// <summary>The first <see cref="FewRows"/> rows of <see cref="Multiply"/>, from the same panels, with the same bits.</summary>
    static virtual void MultiplyFewRows(in TileProduct tile) => throw new NotSupportedException();
}
