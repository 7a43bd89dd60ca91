namespace Hone.Kernels;

/// <summary>
/// Dropout whose mask is a function of its numbers, never stored: element i (row·columns + column) is kept when
/// <c>CounterRandom.UInt32(Seed, Stream, i) ≥ Probability·2³²</c>, and then multiplied by 1/(1 − Probability).
/// </summary>
/// <param name="Probability">Share of elements set to zero, in [0, 1); 0 is off.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Stream">Step, micro-batch and layer, mixed by <c>CounterRandom.Stream</c>.</param>
public readonly record struct Dropout(float Probability, ulong Seed, ulong Stream)
{
    /// <summary>True when elements are dropped.</summary>
    public bool IsOn => Probability > 0;
}
