using Hone.Data.Streaming;

namespace Hone.Training;

/// <summary>What a training run left behind.</summary>
public sealed record SftResult
{
    /// <summary>Optimizer steps done, earlier parts of a resumed run included.</summary>
    public required int GlobalStep { get; init; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>True when the run was asked to stop before its end; its state is saved and it can be resumed.</summary>
    public required bool Interrupted { get; init; }

    /// <summary>Every line that was logged, earlier parts of a resumed run included.</summary>
    public required IReadOnlyList<LogEntry> LogHistory { get; init; }

    /// <summary>Folder of the run; null when nothing was written.</summary>
    public string? RunDirectory { get; init; }

    /// <summary>The newest checkpoint; null when nothing was written.</summary>
    public string? LastModelCheckpoint { get; init; }

    /// <summary>The checkpoint with the best evaluation; the newest one when there was none.</summary>
    public string? BestModelCheckpoint { get; init; }

    /// <summary>The figure that made it the best; null without evaluation.</summary>
    public double? BestMetric { get; init; }

    /// <summary>What became of the rows of a stream; null when they were all there before.</summary>
    public StreamTotals? Streamed { get; init; }

    /// <summary><see cref="Hone.ExitCode.Done"/> or <see cref="Hone.ExitCode.Interrupted"/>.</summary>
    public ExitCode ExitCode => Interrupted ? ExitCode.Interrupted : ExitCode.Done;
}
