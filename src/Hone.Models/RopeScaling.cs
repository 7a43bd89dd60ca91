namespace Hone.Models;

/// <summary>The settings of <c>rope_scaling</c> (or of <c>rope_parameters</c>), with the defaults filled in.</summary>
public sealed record RopeScaling
{
    /// <summary>No stretching.</summary>
    public static RopeScaling None { get; } = new();

    /// <summary>Which rule.</summary>
    public RopeKind Kind { get; init; }

    /// <summary>How many times longer the context becomes.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Context length of pretraining (<c>original_max_position_embeddings</c>), or <c>max_position_embeddings</c> when absent.</summary>
    public int OriginalMaxPositions { get; init; }

    /// <summary>Llama 3: wavelengths above original / this are divided by the factor.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Llama 3: wavelengths below original / this are kept.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>YaRN: frequencies that turn at least this often in the original context are kept.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>YaRN: frequencies that turn at most this often in the original context are divided by the factor.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>YaRN: whether the ends of the ramp are rounded outward to whole frequencies.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>What cos and sin are multiplied by; 1 for the kinds that have no such factor.</summary>
    public double AttentionScaling { get; init; } = 1;

    /// <summary>LongRoPE: divisors for sequences up to the original context; empty for other kinds.</summary>
    public IReadOnlyList<double> ShortFactors { get; init; } = [];

    /// <summary>LongRoPE: divisors for longer sequences; empty for other kinds.</summary>
    public IReadOnlyList<double> LongFactors { get; init; } = [];
}
