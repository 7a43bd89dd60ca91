namespace Hone.Training;

/// <summary>One optimizer step.</summary>
public readonly record struct StepReport
{
    /// <summary>Steps done, this one included.</summary>
    public int Step { get; init; }

    /// <summary>Steps of the run.</summary>
    public int TotalSteps { get; init; }

    /// <summary>Epochs done, a fraction.</summary>
    public double Epoch { get; init; }

    /// <summary>Loss of the step: Σ weight·nll / Σ weight over all its micro-batches unless loss_normalization says otherwise, nats per token.</summary>
    public double Loss { get; init; }

    /// <summary>Share of learned tokens whose most likely prediction was right.</summary>
    public double TokenAccuracy { get; init; }

    /// <summary>Global norm of the gradient before clipping.</summary>
    public double GradNorm { get; init; }

    /// <summary>Rate that the step used.</summary>
    public double LearningRate { get; init; }

    /// <summary>Tokens that went through the model.</summary>
    public int Tokens { get; init; }

    /// <summary>Tokens of them that were learned.</summary>
    public int LearnedTokens { get; init; }

    /// <summary>Duration of the step, evaluation and saving not counted.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Time since the start, earlier parts of a resumed run included.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Expected time to the end, at the pace so far.</summary>
    public TimeSpan Remaining { get; init; }

    /// <summary>Tokens a second in this step.</summary>
    public double TokensPerSecond => Tokens / Math.Max(Duration.TotalSeconds, 1e-9);
}
