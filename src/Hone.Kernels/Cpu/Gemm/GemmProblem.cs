namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// c[M, N] = first + second + (c or residual) + bias. The bits of c depend on this alone: a term is cut into blocks of k by
/// <see cref="GemmEngine.BlockLength"/>, an element of a block is one chain of fused multiply-adds, and c takes block after
/// block, the first one together with c, the residual or the bias.
/// </summary>
internal unsafe struct GemmProblem
{
    /// <summary>Rows of c.</summary>
    public int M;

    /// <summary>Columns of c.</summary>
    public int N;

    /// <summary>The left operands are [K, M] in memory instead of [M, K].</summary>
    public bool LeftTransposed;

    /// <summary>The right operands are [N, K] in memory instead of [K, N].</summary>
    public bool RightTransposed;

    /// <summary>The product.</summary>
    public GemmTerm First;

    /// <summary>A second product of at most <see cref="GemmEngine.LongestSecondTerm"/>; K = 0 means none.</summary>
    public GemmTerm Second;

    /// <summary>
    /// The elements of the left operand are what they were at the run before: if that run packed the same operand whole, it is
    /// not packed again.
    /// </summary>
    public bool LeftIsPacked;

    /// <summary>Output.</summary>
    public float* C;

    /// <summary>Elements between rows of c.</summary>
    public nint CStride;

    /// <summary>c is added to.</summary>
    public bool Accumulate;

    /// <summary>Added to a c that is overwritten, or null.</summary>
    public float* Residual;

    /// <summary>Elements between rows of the residual.</summary>
    public nint ResidualStride;

    /// <summary>Added to every row, or null.</summary>
    public float* Bias;
}
