using Hone.Data.Readers;

namespace Hone.Data.Streaming;

/// <summary>Some rows, and what each became.</summary>
/// <param name="Rows">The rows, in order.</param>
/// <param name="Outcomes">What each became; <c>default</c> for those that were not asked for.</param>
internal readonly record struct TokenizedRows(JsonRow[] Rows, RowOutcome[] Outcomes);

/// <summary>
/// Turns rows into tokens on several threads, some batches ahead of the one who takes them, in the order of the rows: a thread reads and
/// cuts into batches, each batch is the work of one thread, and none waits for the slowest of the others.
/// </summary>
/// <param name="convert">What is done with a row; called on several threads.</param>
/// <param name="threads">Threads that do it; null or 0 takes what the machine has.</param>
internal sealed class RowTokenizing(Func<JsonRow, RowOutcome> convert, int? threads)
{
    /// <summary>Rows of a batch.</summary>
    public const int RowsPerBatch = 128;

    /// <summary>Rows that are larger than this together are a batch, however few.</summary>
    private const int BytesPerBatch = 1 << 20;

    private int Threads { get; } = threads is > 0 and var n ? n : Environment.ProcessorCount;

    /// <summary>Rows that are read, at most, before those that come first are taken.</summary>
    public int RowsAhead => RowsPerBatch * (BatchesAhead + 2);

    /// <summary>For each thread a batch in work and one that waits.</summary>
    private int BatchesAhead => 2 * Threads;

    /// <summary>The rows with what they became, in order.</summary>
    /// <param name="rows">The rows; read on a thread of its own.</param>
    /// <param name="skipped">So many rows are only passed on.</param>
    /// <exception cref="HoneException">What reading or converting ends with, once all rows before are taken.</exception>
    public IEnumerable<TokenizedRows> Of(IEnumerable<JsonRow> rows, long skipped = 0)
    {
        var scheduler = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, Threads).ConcurrentScheduler;
        using var work = new ReadAhead<(Task<TokenizedRows> Done, long Size)>(Started, batch => batch.Size, BatchesAhead - 1);
        while (work.Next(out var batch)) yield return batch.Done.GetAwaiter().GetResult();

        IEnumerable<(Task<TokenizedRows>, long)> Started(CancellationToken stop)
        {
            var first = 0L;
            foreach (var (batch, bytes) in Batches(rows))
            {
                var from = (int)Math.Clamp(skipped - first, 0, batch.Length);
                first += batch.Length;
                var task = from == batch.Length ? Task.FromResult(new TokenizedRows(batch, new RowOutcome[from]))
                    : Task.Factory.StartNew(() => Convert(batch, from, stop), CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
                yield return (task, 1 + (bytes / BytesPerBatch));
            }
        }
    }

    private TokenizedRows Convert(JsonRow[] rows, int from, CancellationToken stop)
    {
        var outcomes = new RowOutcome[rows.Length];
        for (var i = from; i < rows.Length && !stop.IsCancellationRequested; i++) outcomes[i] = convert(rows[i]);
        return new TokenizedRows(rows, outcomes);
    }

    private static IEnumerable<(JsonRow[] Rows, long Bytes)> Batches(IEnumerable<JsonRow> rows)
    {
        var batch = new List<JsonRow>(RowsPerBatch);
        var bytes = 0L;
        foreach (var row in rows)
        {
            batch.Add(row);
            bytes += row.Bytes;
            if (batch.Count < RowsPerBatch && bytes < BytesPerBatch) continue;
            yield return ([.. batch], bytes);
            batch.Clear();
            bytes = 0;
        }

        if (batch.Count > 0) yield return ([.. batch], bytes);
    }
}
