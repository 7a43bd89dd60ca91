using Hone.Data.Readers;
using Hone.Tensors;

namespace Hone.Data.Sources;

/// <summary>The entries of <c>dataset</c>, one after another or interleaved.</summary>
/// <param name="Sources">The entries.</param>
public sealed record RowSources(IReadOnlyList<RowSource> Sources)
{
    /// <summary>How much of the rows each source gives, as proportions; empty reads one source after another.</summary>
    public IReadOnlyList<double> Shares { get; init; } = [];

    /// <summary>
    /// When interleaved rows end. True: once each source was read to its end; those that end earlier begin again. False: when the first
    /// source ends.
    /// </summary>
    public bool UntilAllExhausted { get; init; }

    /// <summary>Whole files, one after another.</summary>
    public static RowSources Of(params IEnumerable<string> paths) => new([.. paths.Select(p => new RowSource(p, [p]))]);

    /// <summary>The rows, read as they are asked for. Which source comes next is drawn by the seed alone.</summary>
    /// <param name="options">Seed, and whether <c>#N</c> draws.</param>
    /// <param name="taken">Counts the rows of each source; null doesn't.</param>
    /// <exception cref="HoneException">A file can't be read, or a source that others are interleaved with is empty (exit code 3).</exception>
    public IEnumerable<JsonRow> Read(DatasetOptions options, int[]? taken = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var (source, row) in Shares.Count == 0 ? InTurn(options) : Interleaved(options))
        {
            if (taken is not null) taken[source]++;
            yield return row;
        }
    }

    private IEnumerable<(int Source, JsonRow Row)> InTurn(DatasetOptions options) =>
        Sources.SelectMany((source, i) => source.Read(options).Select(row => (i, row)));

    private IEnumerable<(int Source, JsonRow Row)> Interleaved(DatasetOptions options)
    {
        var cursors = new List<RowCursor>();
        try
        {
            foreach (var source in Sources) cursors.Add(new RowCursor(source, options));
            var left = UntilAllExhausted ? cursors.Count : 1;
            var stream = CounterRandom.Stream("interleave");
            for (ulong i = 0; left > 0; i++)
            {
                var source = Choose((CounterRandom.UInt32(options.Seed, stream, i) + 0.5) / (1L << 32));
                var cursor = cursors[source];
                yield return (source, cursor.Take());
                if (!cursor.IsAtEnd) continue;
                if (cursor.Rounds == 0) left--;
                if (left > 0) cursor.Restart();
            }
        }
        finally
        {
            cursors.ForEach(c => c.Dispose());
        }
    }

    /// <summary>The source in whose share of the interval from 0 to 1 a number falls.</summary>
    private int Choose(double number)
    {
        var rest = number * Shares.Sum();
        for (var i = 0; i < Shares.Count - 1; i++)
        {
            rest -= Shares[i];
            if (rest < 0) return i;
        }

        return Shares.Count - 1;
    }
}
