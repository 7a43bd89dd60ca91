using Hone.Data.Packing;
using Hone.Data.Storage;

namespace Hone.Data.Streaming;

/// <summary>Rows of a stream that were laid into micro-batches together.</summary>
public sealed class StreamWindow
{
    private readonly StoredSamples samples;
    private readonly RowLocations locations;
    private readonly EpochPlan? plan;
    private readonly StreamPosition start;
    private readonly int rows;

    internal StreamWindow(StreamPosition start, StoredSamples samples, RowLocations locations, DatasetReport report, EpochPlanOptions options)
    {
        (this.start, this.samples, this.locations) = (start, samples, locations);
        After = start.Before.Add(report);
        (Tokens, rows) = (report.Tokens, report.Rows);
        LeftOut = [.. report.Rejected.First, .. report.TooLong.First];
        var lengths = new int[samples.Count];
        for (var i = 0; i < lengths.Length; i++) lengths[i] = samples.SizeOf(i).Length;
        plan = lengths.Length == 0 ? null : EpochPlan.Create(lengths, options, 0);
    }

    /// <summary>Micro-batches; 0 when no row could be used.</summary>
    public int MicroBatchCount => plan?.MicroBatchCount ?? 0;

    /// <summary>Tokens of the samples.</summary>
    public long Tokens { get; }

    /// <summary>About how much waits for the one who takes the window: rows that gave nothing count too.</summary>
    internal long Size => Tokens + rows;

    /// <summary>What was read when this window was complete.</summary>
    public StreamTotals After { get; }

    /// <summary>The first rows that gave no sample, and why.</summary>
    public IReadOnlyList<RowError> LeftOut { get; }

    /// <summary>The place before a micro-batch, or behind the last.</summary>
    public StreamPosition Before(int microBatch) => start with { MicroBatch = microBatch };

    /// <summary>Lays the samples of a micro-batch end to end.</summary>
    public void Fill(int microBatch, MicroBatch batch) => plan!.Fill(microBatch, samples, batch);

    /// <summary>Sum of the weights of the learned tokens of a micro-batch.</summary>
    public double WeightOf(int microBatch)
    {
        double sum = 0;
        foreach (var sample in plan!.SamplesOf(microBatch)) sum += samples.SizeOf(sample).Weight;
        return sum;
    }

    /// <summary>The same with the weights of first tokens, which nothing predicts.</summary>
    public double UnshiftedWeightOf(int microBatch)
    {
        double sum = 0;
        foreach (var sample in plan!.SamplesOf(microBatch)) sum += samples.SizeOf(sample).UnshiftedWeight;
        return sum;
    }

    /// <summary>Where the rows of a micro-batch stand.</summary>
    public IEnumerable<string> RowsOf(int microBatch) => plan!.SamplesOf(microBatch).ToArray().Select(i => locations[samples.Entries[i].Row].ToString());
}
