namespace Hone.Kernels.Cpu.Gemm;

/// <summary>One call of a micro-kernel: c = a·b + addend for one tile, and what to fetch meanwhile.</summary>
internal unsafe struct TileProduct
{
    /// <summary>Steps of k after which fetching may go on in another row.</summary>
    public const int FetchRun = 4 * OutputRun;

    /// <summary>Steps of k for every row of the output that is fetched.</summary>
    public const int OutputRun = 16;

    /// <summary>Length of the products.</summary>
    public nint K;

    /// <summary>Left operand of the first row and k.</summary>
    public float* A;

    /// <summary>Elements from one row of a to the next: 1 when it is packed [k, Rows].</summary>
    public nint ARow;

    /// <summary>Elements from one k of a to the next: Rows when it is packed.</summary>
    public nint AStep;

    /// <summary>Packed [k, Columns].</summary>
    public float* B;

    /// <summary>Output, rows <see cref="CStride"/> apart.</summary>
    public float* C;

    /// <summary>Elements between rows of c.</summary>
    public nint CStride;

    /// <summary>Rows to add, c itself to accumulate, or null.</summary>
    public float* Addend;

    /// <summary>Elements between rows of the addend: 0 for a bias, and for null.</summary>
    public nint AddendStride;

    /// <summary>Where this call's share of the next left panel begins; it is fetched into the second-level cache on the way.</summary>
    public byte* NextLeft;

    /// <summary>Bytes by which <see cref="NextLeft"/> moves on at every k.</summary>
    public nint NextLeftStep;

    /// <summary>Bytes between what is fetched in one run of <see cref="FetchRun"/> k and in the next.</summary>
    public nint NextLeftJump;

    /// <summary>Where this call's share of the block that is packed next begins.</summary>
    public byte* NextOperand;

    /// <summary>Bytes by which <see cref="NextOperand"/> moves on at every k.</summary>
    public nint NextOperandStep;

    /// <summary>Bytes between what is fetched in one run of <see cref="FetchRun"/> k and in the next.</summary>
    public nint NextOperandJump;
}
