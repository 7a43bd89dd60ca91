using Hone.Data;
using Hone.Data.Streaming;

namespace Hone.Training.Batches;

/// <summary>The micro-batches of a stream: the run is one epoch, however often the files are read. What a step needs is held, no more.</summary>
/// <param name="stream">The rows.</param>
/// <param name="from">The place before the first micro-batch.</param>
/// <param name="first">Number of that micro-batch in the run.</param>
/// <param name="count">Micro-batches of the run.</param>
/// <param name="warn">Hears of rows that are left out, the first of them.</param>
internal sealed class StreamedBatches(SampleStream stream, StreamPosition from, int first, int count, Action<string> warn) : BatchSource
{
    private const int RowsToTell = 10;

    private readonly List<(StreamWindow Window, int First)> windows = [];
    private int next = first - from.MicroBatch;
    private int told;
    private bool isStarted;

    public override int Count => count;

    /// <summary>What was read so far, as far as steps have begun with it.</summary>
    public StreamTotals Totals { get; private set; } = from.Before;

    public override void Require(int first, int end)
    {
        if (!isStarted) stream.Start(from);
        isStarted = true;
        while (next < end)
        {
            var window = stream.Next();
            for (var i = 0; i < window.LeftOut.Count; i++) Tell(window.LeftOut[i]);
            Totals = window.After;
            windows.Add((window, next));
            next += window.MicroBatchCount;
        }

        // The last one stays: it says where the stream stands.
        while (windows.Count > 1 && windows[1].First <= first) windows.RemoveAt(0);
    }

    public override void Fill(int microBatch, MicroBatch batch)
    {
        var (window, start) = WindowOf(microBatch);
        window.Fill(microBatch - start, batch);
    }

    public override double WeightOf(int microBatch)
    {
        var (window, start) = WindowOf(microBatch);
        return window.WeightOf(microBatch - start);
    }

    public override double UnshiftedWeightOf(int microBatch)
    {
        var (window, start) = WindowOf(microBatch);
        return window.UnshiftedWeightOf(microBatch - start);
    }

    public override IEnumerable<string> RowsOf(int microBatch)
    {
        var (window, start) = WindowOf(microBatch);
        return window.RowsOf(microBatch - start);
    }

    /// <summary>The place before a micro-batch that is held, or the one behind the last.</summary>
    public StreamPosition PositionOf(int microBatch)
    {
        if (windows.Count == 0) return from;
        var (window, start) = WindowOf(microBatch);
        return window.Before(microBatch - start);
    }

    private (StreamWindow Window, int First) WindowOf(int microBatch)
    {
        for (var i = windows.Count - 1; i >= 0; i--)
        {
            if (windows[i].First <= microBatch) return windows[i];
        }

        throw new ArgumentOutOfRangeException(nameof(microBatch), microBatch, "It was let go.");
    }

    private void Tell(RowError row)
    {
        if (++told <= RowsToTell) warn($"left out: {row}{(told == RowsToTell ? "; further ones are only counted, as rows_left_out in the log" : "")}");
    }
}
