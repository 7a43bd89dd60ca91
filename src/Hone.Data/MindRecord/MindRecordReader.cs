using Hone.Data.MindRecord.Encoding;
using Microsoft.Win32.SafeHandles;

namespace Hone.Data.MindRecord;

/// <summary>
/// Reads a MindRecord file of format 2.0 or 3.0, page by page and row after row. The index beside it (<c>.db</c>) is not needed: it
/// serves random access, and the pages say everything that it does.
/// </summary>
public sealed class MindRecordReader : IDisposable
{
    private readonly SafeFileHandle file;
    private readonly MindRecordHeader header;
    private readonly BlobCodec blobs;

    private MindRecordReader(string path, SafeFileHandle file, MindRecordHeader header)
    {
        Path = path;
        this.file = file;
        this.header = header;
        blobs = new BlobCodec(header.Schema, header.Version == "3.0" && header.Schema.NarrowsIntegers);
    }

    /// <summary>The file as it was named.</summary>
    public string Path { get; }

    /// <summary>The format: <c>2.0</c> or <c>3.0</c>.</summary>
    public string Version => header.Version;

    /// <summary>The columns.</summary>
    public MindRecordSchema Schema => header.Schema;

    /// <summary>Rows of this file.</summary>
    public int RowCount => header.RowCount;

    /// <summary>The names of all files of the set that this one belongs to, itself among them.</summary>
    public IReadOnlyList<string> Shards => header.Shards;

    /// <summary>Whether a file begins like a MindRecord file. False for what can't be read at all.</summary>
    public static bool Matches(string path)
    {
        try
        {
            // A pipe has no length, and opening it would take it from the one who is meant to read it.
            if (!File.Exists(path) || FileLength.Of(path) <= MindRecordHeader.LengthSize) return false;
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            Span<byte> start = stackalloc byte[MindRecordHeader.LengthSize + 1];
            return stream.CanSeek && stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && MindRecordHeader.Matches(start);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Opens a file and checks its header against its size.</summary>
    /// <exception cref="HoneException">It can't be opened, is no MindRecord file, or is damaged (exit code 3).</exception>
    public static MindRecordReader Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
            return new MindRecordReader(path, file, MindRecordHeader.Read(file));
        }
        catch (InvalidDataException e)
        {
            file?.Dispose();
            throw Damaged(path, e, path.EndsWith(".db", StringComparison.OrdinalIgnoreCase) ? "This is the index; name the data file beside it." : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            file?.Dispose();
            throw new HoneException(ExitCode.Data, "The data file can't be opened: " + e.Message, path, "Check the path given to dataset.", e);
        }
    }

    /// <summary>
    /// All rows in order, each as column → value: <c>long</c>, <c>double</c>, <c>string</c>, <c>byte[]</c> or
    /// <see cref="MindRecordArray"/>. Memory holds one row at a time.
    /// </summary>
    /// <exception cref="HoneException">A row is damaged (exit code 3); the message says where.</exception>
    public IEnumerable<IReadOnlyDictionary<string, object?>> Rows()
    {
        foreach (var (number, row, error) in Read())
        {
            if (row is null) throw new HoneException(ExitCode.Data, $"The row can't be read: {error}.", $"{Path}:{number}", Fix);
            Dictionary<string, object?> columns;
            try
            {
                columns = row.Columns(Schema);
            }
            catch (InvalidDataException e)
            {
                throw new HoneException(ExitCode.Data, $"The row can't be read: {e.Message}.", $"{Path}:{number}", Fix, e);
            }

            yield return columns;
        }
    }

    /// <summary>All rows as stored. A row whose content is damaged comes as an error, and the next one follows.</summary>
    /// <exception cref="HoneException">The pages are damaged, so that no later row can be found (exit code 3).</exception>
    internal IEnumerable<(int Number, MindRecordRow? Row, string? Error)> Read()
    {
        var raw = new PageCursor(file);
        var blob = new PageCursor(file);
        foreach (var group in header.Groups)
        {
            raw.MoveTo(header.StartOf(group.Raw) + group.RawOffset, header.StartOf(group.Raw) + group.Raw.Used);
            blob.MoveTo(header.StartOf(group.Blob), header.StartOf(group.Blob) + group.Blob.Used);
            for (var number = (int)group.Blob.StartRow + 1; number <= group.Blob.EndRow; number++) yield return Decode(number, raw, blob);
            if (blob.Left > 0) throw Damaged(Path, new InvalidDataException($"page {group.Blob.Id} has {blob.Left} bytes behind its last row, at byte {blob.Offset}"), null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private const string Fix = "Copy or make the file anew; it was damaged after it was written, or written by a faulty tool.";

    private (int Number, MindRecordRow? Row, string? Error) Decode(int number, PageCursor raw, PageCursor blob)
    {
        var (rawOffset, blobOffset) = (raw.Offset, blob.Offset);
        ReadOnlySpan<byte> rawBytes, blobBytes;
        try
        {
            rawBytes = raw.Next();
            blobBytes = blob.Next();
        }
        catch (InvalidDataException e)
        {
            throw Damaged($"{Path}:{number}", e, null);
        }
        catch (IOException e)
        {
            throw new HoneException(ExitCode.Data, "The data file can't be read: " + e.Message, Path, "Check the disk or the network that it lies on.", e);
        }

        var at = rawOffset;
        try
        {
            var rawValues = MessagePackReader.ReadMap(rawBytes);
            at = blobOffset;
            return (number, new MindRecordRow(number, rawValues, blobs.Decode(blobBytes)), null);
        }
        catch (InvalidDataException e)
        {
            return (number, null, $"{e.Message} (byte {at})");
        }
    }

    private static HoneException Damaged(string where, InvalidDataException e, string? fix) =>
        new(ExitCode.Data, $"The MindRecord file can't be read: {e.Message}.", where, fix ?? Fix, e);
}
