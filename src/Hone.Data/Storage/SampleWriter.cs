namespace Hone.Data.Storage;

/// <summary>Takes samples as they are made: few stay in memory, more go to a file.</summary>
/// <param name="openFile">Opens a file for what gets too much for memory; called once at most. Null keeps all in memory.</param>
internal sealed class SampleWriter(Func<FileStream>? openFile) : IDisposable
{
    /// <summary>So much is kept in memory.</summary>
    public const int MemoryBytes = 4 << 20;

    private readonly ChunkedList<StoredSample> index = new();
    private byte[] buffer = new byte[1 << 12];
    private int filled;
    private FileStream? file;

    /// <summary>Samples so far.</summary>
    public int Count => index.Count;

    /// <summary>Adds a sample.</summary>
    /// <exception cref="HoneException">The disk is full.</exception>
    public void Add(TokenizedSample sample, SampleSize size)
    {
        var bytes = StoredSample.BytesOf(sample.Ids, sample.LossWeights);
        if (filled + bytes > buffer.Length) MakeRoom(bytes);
        StoredSample.Write(sample.Ids, sample.LossWeights, buffer.AsSpan(filled, bytes));
        index.Add(new StoredSample((file?.Position ?? 0) + filled, bytes, sample.Row, size));
        filled += bytes;
    }

    /// <summary>The samples; nothing can be added any more.</summary>
    public StoredSamples Close()
    {
        if (file is null) return new StoredSamples(index, null, buffer[..filled]);
        Flush(file);
        file.Flush();
        var samples = new StoredSamples(index, new SampleFile(file), []);
        (file, buffer) = (null, []);
        return samples;
    }

    /// <summary>Throws a file away that was not closed.</summary>
    public void Dispose() => file?.Dispose();

    private void MakeRoom(int bytes)
    {
        if (openFile is not null && (file is not null || filled + bytes > MemoryBytes))
        {
            file ??= openFile();
            Flush(file);
        }

        if (filled + bytes > buffer.Length) Array.Resize(ref buffer, Math.Max(filled + bytes, openFile is null ? 2 * buffer.Length : Math.Min(2 * buffer.Length, MemoryBytes)));
    }

    private void Flush(FileStream to)
    {
        try
        {
            to.Write(buffer, 0, filled);
            filled = 0;
        }
        catch (IOException e)
        {
            throw new HoneException(ExitCode.Other, $"The tokens can't be kept: {e.Message}", to.Name,
                $"Free space, or name a folder with more of it in {CacheFolder.Variable}.", e);
        }
    }
}
