namespace Hone.Cli;

/// <summary>What a training step shows. A figure that is not known is NaN and is left out.</summary>
internal readonly record struct StepProgress
{
    /// <summary>Optimizer steps done.</summary>
    public required int Step { get; init; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Mean loss of a learned token.</summary>
    public double Loss { get; init; }

    /// <summary>Share of learned tokens predicted exactly, 0 to 1.</summary>
    public double TokenAccuracy { get; init; }

    /// <summary>Global norm of the gradient before clipping.</summary>
    public double GradNorm { get; init; }

    /// <summary>Learning rate of the step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Tokens trained in a second.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>Share of the machine's measured peak, 0 to 1.</summary>
    public double PeakShare { get; init; }

    /// <summary>Time to the end of the run; null when not known.</summary>
    public TimeSpan? Remaining { get; init; }
}
