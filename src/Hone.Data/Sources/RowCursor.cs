using Hone.Data.Readers;

namespace Hone.Data.Sources;

/// <summary>A place in the rows of a source that is interleaved with others; one row ahead, so that the end is known with the last row.</summary>
internal sealed class RowCursor : IDisposable
{
    private readonly RowSource source;
    private readonly DatasetOptions options;
    private IEnumerator<JsonRow> rows = null!;

    /// <exception cref="HoneException">The source holds no row (exit code 3).</exception>
    public RowCursor(RowSource source, DatasetOptions options)
    {
        (this.source, this.options) = (source, options);
        Rounds = -1;
        Restart();
    }

    /// <summary>How often the rows began again.</summary>
    public int Rounds { get; private set; }

    /// <summary>Whether every row was taken.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>The next row.</summary>
    public JsonRow Take()
    {
        var row = rows.Current;
        IsAtEnd = !rows.MoveNext();
        return row;
    }

    /// <summary>Begins again with the first row.</summary>
    public void Restart()
    {
        rows?.Dispose();
        rows = source.Read(options).GetEnumerator();
        Rounds++;
        IsAtEnd = !rows.MoveNext();
        if (IsAtEnd) throw new HoneException(ExitCode.Data, "The data set is empty, so it can't be interleaved with others.", source.Name, "Leave it out, together with its share.");
    }

    /// <inheritdoc/>
    public void Dispose() => rows.Dispose();
}
