using Hone.Models;

namespace Hone.Training.Planning;

/// <summary>The longest row that a model can take.</summary>
public static class RowLength
{
    /// <summary>What <c>max_length</c> asks for, or all that the model can take.</summary>
    /// <param name="wanted">The setting; null for the model's own limit.</param>
    /// <param name="spec">The model.</param>
    /// <exception cref="HoneException">The model knows fewer positions.</exception>
    public static int Of(int? wanted, DecoderSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (wanted is not { } length || length <= spec.MaxPositions) return wanted ?? spec.MaxPositions;
        throw new HoneException(ExitCode.Usage, $"max_length is {length}, but the model has only {spec.MaxPositions} positions (max_position_embeddings).",
            null, $"Set max_length to {spec.MaxPositions} or less, or leave it out.");
    }
}
