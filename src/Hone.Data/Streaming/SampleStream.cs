using System.Runtime.ExceptionServices;
using System.Text;
using Hone.Data.Packing;
using Hone.Data.Readers;
using Hone.Data.Readers.Compression.Zstd;

namespace Hone.Data.Streaming;

/// <summary>
/// Rows that are read, shuffled, tokenized and packed while others are trained on. A thread of its own works ahead, as far as
/// <see cref="TokensAhead"/>; when the files end it begins again with the first. What comes is a function of files, options and seed.
/// </summary>
public sealed class SampleStream : IDisposable
{
    /// <summary>So many tokens and rows wait ready at most, besides the window that is being made.</summary>
    public const long TokensAhead = 1 << 18;

    /// <summary>Packs that a window is made of: only the last of them can't choose what fills it.</summary>
    private const int PacksPerWindow = 64;

    /// <summary>A window ends after so many rows, whatever became of them.</summary>
    private const int RowsPerWindow = 1 << 14;

    /// <summary>After so many rows of which none can be used, an endless stream is given up.</summary>
    private const int RowsInVain = 100_000;

    private readonly Func<IEnumerable<JsonRow>> rows;
    private readonly Func<JsonRow, RowOutcome> convert;
    private readonly Func<WindowAccount> openAccount;
    private readonly StreamOptions options;
    private readonly EpochPlanOptions order;
    private readonly Queue<StreamWindow> ready = new();
    private Thread? reader;
    private ExceptionDispatchInfo? failure;
    private long sizeReady;
    private bool stopped;

    internal SampleStream(Func<IEnumerable<JsonRow>> rows, Func<JsonRow, RowOutcome> convert, Func<WindowAccount> openAccount, StreamOptions options, string identity)
    {
        (this.rows, this.convert, this.openAccount, this.options, Identity) = (rows, convert, openAccount, options, identity);
        order = new EpochPlanOptions { BatchSize = options.BatchSize, PackingLength = options.PackingLength, Shuffle = false };
    }

    /// <summary>Hash of everything that decides what comes, but for the content of the files.</summary>
    public string Identity { get; }

    /// <summary>Begins to read ahead; call it once.</summary>
    /// <param name="from">Where the first window to come begins; micro-batches of it that lie before the place come too.</param>
    public void Start(StreamPosition from)
    {
        ArgumentNullException.ThrowIfNull(from);
        if (reader is not null) throw new InvalidOperationException("The stream has been started already.");
        reader = new Thread(() => ReadAll(from)) { IsBackground = true, Name = "hone rows" };
        reader.Start();
    }

    /// <summary>The next window; waits until it is ready.</summary>
    /// <exception cref="HoneException">A row can't be used and the stream is strict, no row can be used, or a file can't be read.</exception>
    public StreamWindow Next()
    {
        lock (ready)
        {
            while (ready.Count == 0)
            {
                failure?.Throw();
                ObjectDisposedException.ThrowIf(stopped, this);
                Monitor.Wait(ready);
            }

            var window = ready.Dequeue();
            sizeReady -= window.Size;
            Monitor.PulseAll(ready);
            return window;
        }
    }

    /// <summary>Ends the reading.</summary>
    public void Dispose()
    {
        lock (ready)
        {
            stopped = true;
            Monitor.PulseAll(ready);
        }

        reader?.Join();
    }

    private void ReadAll(StreamPosition from)
    {
        try
        {
            var (pass, skip, totals) = (from.Pass, from, from.Before);
            while (!stopped)
            {
                totals = ReadPass(pass++, skip, totals);
                skip = StreamPosition.Start;
            }
        }
        catch (Exception e)
        {
            lock (ready)
            {
                failure = ExceptionDispatchInfo.Capture(e);
                Monitor.PulseAll(ready);
            }
        }
    }

    /// <summary>Reads the files once, from a row on.</summary>
    private StreamTotals ReadPass(int pass, StreamPosition skip, StreamTotals totals)
    {
        var hash = new XxHash64();
        hash.Reset();
        long row = 0;
        WindowAccount? window = null;
        var start = skip;
        foreach (var next in options.ShuffleBufferSize > 1 ? ShuffleBuffer.Shuffle(rows(), options.ShuffleBufferSize, options.Seed, pass) : rows())
        {
            if (stopped) return totals;
            if (row == skip.Rows && skip.Rows > 0 && hash.Value != skip.RowsHash) throw Changed(row);
            if (row >= skip.Rows)
            {
                if (window is null) (window, start) = (openAccount(), new StreamPosition(pass, row, 0, hash.Value, totals));
                window.Add(next, convert(next));
                if (options.Strict && window.Rejected is { } bad) throw Unusable(bad);
            }

            Include(hash, next);
            row++;
            if (window is null || !IsFull(window)) continue;
            totals = Hand(window.Close(start, order));
            window = null;
            if (totals.Samples == 0 && totals.Rows > RowsInVain) throw NothingUsable(totals);
        }

        if (row < skip.Rows) throw Changed(row);
        if (window is not null) totals = Hand(window.Close(start, order));
        return row > 0 && totals.Samples > 0 ? totals : throw NothingUsable(totals with { Rows = row });
    }

    private bool IsFull(WindowAccount window) => window.Rows >= RowsPerWindow || (options.PackingLength == 0
        ? window.Samples >= options.BatchSize
        : window.Tokens >= (long)Math.Max(PacksPerWindow, options.BatchSize) * options.PackingLength);

    private StreamTotals Hand(StreamWindow window)
    {
        lock (ready)
        {
            while (sizeReady > TokensAhead && !stopped) Monitor.Wait(ready);
            ready.Enqueue(window);
            sizeReady += window.Size;
            Monitor.PulseAll(ready);
        }

        return window.After;
    }

    private static void Include(XxHash64 hash, JsonRow row)
    {
        hash.Add(Encoding.UTF8.GetBytes(row.Location.ToString()));
        hash.Add(row.Raw);
    }

    private static HoneException Unusable(RowError row) => new(ExitCode.Data, $"A row can't be used: {row.Reason}.", row.Location.ToString(),
        "Mend it, or leave such rows out with --strict false.");

    private static HoneException NothingUsable(StreamTotals totals) => new(ExitCode.Data,
        totals.Rows == 0 ? "The data set is empty." : $"None of the {totals.Rows:N0} rows can be used.", null, "Check that the files hold rows, and what hone plan says of them without streaming.");

    private static HoneException Changed(long rows) => new(ExitCode.Data,
        $"Training can't resume: the first {rows:N0} rows are not those that the checkpoint was made with.", null,
        "Put the files back as they were, or start anew.");
}
