namespace Hone.Models.Weights;

/// <summary>
/// A safetensors file, memory-mapped: 8 bytes of header length, a JSON header, raw little-endian data. Everything the header says
/// is checked against the file before any tensor can be touched.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    /// <summary>Longest header that is read; the format's own limit.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="HoneException">The file can't be read, or is not what its header says.</exception>
    public static SafetensorsFile Open(string path) => throw new NotImplementedException();

    /// <summary>The file.</summary>
    public string Path => throw new NotImplementedException();

    /// <summary>The free text of <c>__metadata__</c>; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => throw new NotImplementedException();

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<StoredTensor> Tensors => throw new NotImplementedException();

    /// <summary>Unmaps the file. Its tensors are then invalid.</summary>
    public void Dispose() => throw new NotImplementedException();
}
