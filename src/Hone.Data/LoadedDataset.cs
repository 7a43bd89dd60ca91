using Hone.Data.Storage;

namespace Hone.Data;

/// <summary>Samples ready to be packed, and an account of every row that was read.</summary>
/// <param name="Samples">In the order of the files; <see cref="TokenizedSample.Row"/> indexes <paramref name="Locations"/>.</param>
/// <param name="Locations">Where each row that was read stands.</param>
/// <param name="Report">What became of the rows.</param>
public sealed record LoadedDataset(IReadOnlyList<TokenizedSample> Samples, IReadOnlyList<RowLocation> Locations, DatasetReport Report) : IDisposable
{
    /// <summary>Where the tokens were taken from or are kept, for people; null when they were made for this time only.</summary>
    public string? TokensFrom { get; init; }

    /// <summary>Closes the file that the samples are read from, if they are many.</summary>
    public void Dispose() => (Samples as SampleList)?.Dispose();
}

/// <summary>How far reading a data set is.</summary>
/// <param name="Rows">Rows that were read.</param>
/// <param name="Tokens">Tokens of them that are used.</param>
public readonly record struct LoadProgress(int Rows, long Tokens)
{
    /// <summary>Work on whole files that goes on instead of reading rows; null while rows are read.</summary>
    public FileProgress? Files { get; init; }
}

/// <summary>How far work on whole files is.</summary>
/// <param name="What">What is done: <c>looking for kept tokens</c>.</param>
/// <param name="Bytes">Bytes done.</param>
/// <param name="Total">Bytes in all.</param>
public readonly record struct FileProgress(string What, long Bytes, long Total);
