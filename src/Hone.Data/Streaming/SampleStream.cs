using System.Text;
using Hone.Data.Packing;
using Hone.Data.Readers;
using Hone.Data.Readers.Compression.Zstd;

namespace Hone.Data.Streaming;

/// <summary>
/// Rows that are read, shuffled, tokenized and packed while others are trained on. Threads of its own work ahead, as far as
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
    private readonly RowTokenizing tokenizing;
    private readonly Func<WindowAccount> openAccount;
    private readonly StreamOptions options;
    private readonly EpochPlanOptions order;
    private ReadAhead<StreamWindow>? ahead;

    internal SampleStream(Func<IEnumerable<JsonRow>> rows, RowTokenizing tokenizing, Func<WindowAccount> openAccount, StreamOptions options, string identity)
    {
        (this.rows, this.tokenizing, this.openAccount, this.options, Identity) = (rows, tokenizing, openAccount, options, identity);
        order = new EpochPlanOptions { BatchSize = options.BatchSize, PackingLength = options.PackingLength, Shuffle = false };
    }

    /// <summary>Hash of everything that decides what comes, but for the content of the files.</summary>
    public string Identity { get; }

    /// <summary>Begins to read ahead; call it once.</summary>
    /// <param name="from">Where the first window to come begins; micro-batches of it that lie before the place come too.</param>
    public void Start(StreamPosition from)
    {
        ArgumentNullException.ThrowIfNull(from);
        if (ahead is not null) throw new InvalidOperationException("The stream has been started already.");
        ahead = new ReadAhead<StreamWindow>(stop => Windows(from, stop), window => window.Size, TokensAhead);
    }

    /// <summary>The next window; waits until it is ready.</summary>
    /// <exception cref="HoneException">A row can't be used and the stream is strict, no row can be used, or a file can't be read.</exception>
    public StreamWindow Next()
    {
        if (ahead is null) throw new InvalidOperationException("The stream has not been started.");
        return ahead.Next(out var window) ? window : throw new ObjectDisposedException(nameof(SampleStream));
    }

    /// <summary>Ends the reading.</summary>
    public void Dispose() => ahead?.Dispose();

    private IEnumerable<StreamWindow> Windows(StreamPosition from, CancellationToken stop)
    {
        var totals = from.Before;
        for (var pass = from.Pass; !stop.IsCancellationRequested; pass++)
        {
            foreach (var window in WindowsOfPass(pass, pass == from.Pass ? from : StreamPosition.Start, totals, stop))
            {
                totals = window.After;
                yield return window;
                if (totals.Samples == 0 && totals.Rows > RowsInVain) throw NothingUsable(totals);
            }

            if (totals.Samples == 0) throw NothingUsable(totals);
        }
    }

    /// <summary>Reads the files once, from a row on.</summary>
    private IEnumerable<StreamWindow> WindowsOfPass(int pass, StreamPosition skip, StreamTotals totals, CancellationToken stop)
    {
        var hash = new XxHash64();
        hash.Reset();
        long row = 0;
        WindowAccount? window = null;
        var start = skip;
        var ordered = options.ShuffleBufferSize > 1 ? ShuffleBuffer.Shuffle(rows(), options.ShuffleBufferSize, options.Seed, pass) : rows();
        foreach (var (next, outcome) in tokenizing.Of(ordered, skip.Rows).SelectMany(batch => batch.Rows.Zip(batch.Outcomes)))
        {
            if (stop.IsCancellationRequested) yield break;
            if (row == skip.Rows && skip.Rows > 0 && hash.Value != skip.RowsHash) throw Changed(row);
            if (row >= skip.Rows)
            {
                if (window is null) (window, start) = (openAccount(), new StreamPosition(pass, row, 0, hash.Value, totals));
                window.Add(next, outcome);
                if (options.Strict && window.Rejected is { } bad) throw Unusable(bad);
            }

            Include(hash, next);
            row++;
            if (window is null || !IsFull(window)) continue;
            var full = window.Close(start, order);
            (window, totals) = (null, full.After);
            yield return full;
        }

        // The place was that of a row, which must still be there.
        if (skip.Rows > 0 && row <= skip.Rows) throw Changed(row);
        if (row == 0) throw NothingUsable(totals with { Rows = 0 });
        if (window is not null) yield return window.Close(start, order);
    }

    private bool IsFull(WindowAccount window) => window.Rows >= RowsPerWindow || (options.PackingLength == 0
        ? window.Samples >= options.BatchSize
        : window.Tokens >= (long)Math.Max(PacksPerWindow, options.BatchSize) * options.PackingLength);

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
