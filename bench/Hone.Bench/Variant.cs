namespace Hone.Bench;

/// <summary>The three products of a linear layer.</summary>
internal enum Variant
{
    /// <summary>Forward: y[T, N] = x[T, K]·w[N, K]ᵀ.</summary>
    NT,

    /// <summary>Input gradient: dx[T, K] = dy[T, N]·w[N, K].</summary>
    NN,

    /// <summary>Weight gradient: dw[N, K] += dy[T, N]ᵀ·x[T, K].</summary>
    TN,
}
