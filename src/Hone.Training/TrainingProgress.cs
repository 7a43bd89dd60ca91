using System.Text.Json.Serialization;
using Hone.Data.Streaming;

namespace Hone.Training;

/// <summary>
/// Where a run stands: everything that the next micro-batch and the next log line depend on, besides tensors. It is written into
/// each checkpoint as it is.
/// </summary>
internal sealed class TrainingProgress
{
    /// <summary>Optimizer steps done.</summary>
    public int GlobalStep { get; set; }

    /// <summary>Number of the running epoch, from 0.</summary>
    public int Epoch { get; set; }

    /// <summary>Micro-batches of the running epoch that went forward and backward.</summary>
    public int MicroBatch { get; set; }

    /// <summary>Where the stream stands before the first micro-batch of the running step; null when the rows are all there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StreamPosition? Stream { get; set; }

    /// <summary>What the running optimizer step has gathered so far.</summary>
    public Tally Step { get; set; }

    /// <summary>What the steps since the last log line have gathered.</summary>
    public Tally Window { get; set; }

    /// <summary>Steps since the last log line.</summary>
    public int WindowSteps { get; set; }

    /// <summary>Time they took.</summary>
    public double WindowSeconds { get; set; }

    /// <summary>Tokens that went through the model since the start.</summary>
    public long TokensSeen { get; set; }

    /// <summary>Time that earlier parts of the run took.</summary>
    public double ElapsedSeconds { get; set; }

    /// <summary>Best evaluation of a saved checkpoint.</summary>
    public double? BestMetric { get; set; }

    /// <summary>Step of that checkpoint.</summary>
    public int? BestStep { get; set; }

    /// <summary>Folder name of that checkpoint.</summary>
    public string? BestCheckpoint { get; set; }

    /// <summary>Every log line so far.</summary>
    public List<LogEntry> LogHistory { get; set; } = [];

    /// <summary>Sums over micro-batches. The loss is divided already, so that the micro-batches of a step add up to the loss of the step.</summary>
    internal readonly record struct Tally(double Loss, long Targets, long Correct, long Tokens)
    {
        public Tally Add(Tally other) =>
            new(Loss + other.Loss, Targets + other.Targets, Correct + other.Correct, Tokens + other.Tokens);

        public double Accuracy() => Targets == 0 ? 0 : (double)Correct / Targets;
    }
}
