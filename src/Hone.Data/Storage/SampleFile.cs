using Microsoft.Win32.SafeHandles;

namespace Hone.Data.Storage;

/// <summary>
/// A file of samples that are read one by one, in any order. Positional reads: through a memory map each first touch of a page is a fault
/// that maps many more, which takes several times as long and must be undone to keep memory flat. Reads may come from several threads.
/// </summary>
internal sealed class SampleFile : IDisposable
{
    private readonly FileStream file;
    private readonly SafeFileHandle handle;

    /// <summary>Takes an open file over, and closes it when disposed.</summary>
    public SampleFile(FileStream file) => (this.file, handle) = (file, file.SafeFileHandle);

    /// <summary>Reads just so many bytes.</summary>
    /// <exception cref="HoneException">The file can't be read, or is shorter than it was.</exception>
    public void Read(long offset, Span<byte> to)
    {
        try
        {
            for (var done = 0; done < to.Length;)
            {
                var read = RandomAccess.Read(handle, to[done..], offset + done);
                if (read == 0) throw new EndOfStreamException("the file was cut off while it was used");
                done += read;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Other, $"The tokens can't be read: {e.Message}", file.Name, "Check the disk of the cache folder, and start again.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
