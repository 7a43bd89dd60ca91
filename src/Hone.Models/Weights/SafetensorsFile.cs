using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Hone.Tensors;

namespace Hone.Models.Weights;

/// <summary>
/// A safetensors file, memory-mapped: 8 bytes of header length, a JSON header, raw little-endian data. Everything the header says
/// is checked against the file before any tensor can be touched. Thread-safe.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    /// <summary>Longest header that is read; the format's own limit.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    private const int PrefixBytes = 8;

    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;
    private readonly Dictionary<string, StoredTensor> tensors = [];
    private readonly Arena aligned;
    private byte* start;

    private SafetensorsFile(string path, MemoryMappedFile map, MemoryMappedViewAccessor view)
    {
        Path = path;
        this.map = map;
        this.view = view;
        aligned = new Arena($"unaligned tensors of {path}");
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
    }

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="HoneException">The file can't be read, or is not what its header says.</exception>
    public static SafetensorsFile Open(string path)
    {
        var length = CheckLength(path);
        var file = Map(path);
        try
        {
            file.ReadHeader(length);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The free text of <c>__metadata__</c>; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<StoredTensor> Tensors { get; private set; } = [];

    /// <summary>The tensor of a name, or null.</summary>
    public StoredTensor? Find(string name) => tensors.GetValueOrDefault(name);

    /// <summary>Unmaps the file. Its tensors are then invalid.</summary>
    public void Dispose()
    {
        if (start is not null)
        {
            start = null;
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        Tensors = [];
        tensors.Clear();
        aligned.Dispose();
        view.Dispose();
        map.Dispose();
    }

    private static long CheckLength(string path)
    {
        if (!File.Exists(path)) throw new HoneException(ExitCode.Model, $"{System.IO.Path.GetFileName(path)} is missing.", path, "Check the folder.");
        var length = FileLength.Of(path);
        return length >= PrefixBytes ? length
            : throw new HoneException(ExitCode.Model, $"The file has {length} bytes; a safetensors file has at least {PrefixBytes}.", path, "Fetch the file again.");
    }

    private static SafetensorsFile Map(string path)
    {
        try
        {
            // Sharing deletion lets a save replace the file while it is mapped, where the system can do that.
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new SafetensorsFile(path, map, map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new HoneException(ExitCode.Model, $"The file can't be read: {e.Message}", path, null, e);
        }
    }

    private void ReadHeader(long length)
    {
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, PrefixBytes));
        var room = length - PrefixBytes;
        if (headerBytes > MaxHeaderBytes || (long)headerBytes > room)
        {
            throw new HoneException(ExitCode.Model,
                $"This is not a sound safetensors file: its header claims {headerBytes:N0} bytes, but the file has {room:N0} after the length, and the limit is {MaxHeaderBytes:N0}.",
                Path, "Fetch the file again; it may be cut short or damaged.");
        }

        var data = PrefixBytes + (long)headerBytes;
        var header = SafetensorsHeader.Parse(new ReadOnlySpan<byte>(start + PrefixBytes, (int)headerBytes), length - data, Path);
        Metadata = header.Metadata;
        Tensors = [.. header.Entries.Select(entry => View(entry, data))];
        foreach (var tensor in Tensors) tensors.Add(tensor.Name, tensor);
    }

    private StoredTensor View(SafetensorsEntry entry, long dataStart)
    {
        var bytes = entry.End - entry.Begin;
        if (bytes == 0) return new StoredTensor(entry.Name, entry.Type, entry.Shape, new Tensor(null, entry.Type, 0, 0));
        var elements = bytes / entry.Type.Size();
        var columns = entry.Shape.Count == 0 ? 1 : entry.Shape[^1];
        var rows = elements / columns;
        if (rows > int.MaxValue || columns > int.MaxValue)
            throw new HoneException(ExitCode.Model, $"Tensor {entry.Name} of shape [{string.Join(", ", entry.Shape)}] is larger than any that Hone can hold.", Path);
        var source = start + dataStart + entry.Begin;
        var data = (nuint)source % (nuint)entry.Type.Size() == 0 ? source : Align(source, bytes);
        return new StoredTensor(entry.Name, entry.Type, entry.Shape, new Tensor(data, entry.Type, (int)rows, (int)columns));
    }

    // Files whose header is not padded, as the first releases of the format wrote them, put elements at odd addresses.
    private byte* Align(byte* source, long bytes)
    {
        var copy = (byte*)aligned.AllocateBytes((bytes + Arena.Alignment - 1) / Arena.Alignment * Arena.Alignment);
        Buffer.MemoryCopy(source, copy, bytes, bytes);
        return copy;
    }
}
