namespace Hone.Models.Weights;

/// <summary>
/// The weights of a model folder: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists.
/// Files are mapped, nothing is copied. Thread-safe once opened.
/// </summary>
public sealed class CheckpointReader : IDisposable
{
    /// <summary>Opens and checks every file of the checkpoint.</summary>
    /// <exception cref="HoneException">A file is missing, or something in it is not as it must be.</exception>
    public static CheckpointReader Open(string folder) => throw new NotImplementedException();

    /// <summary>The folder.</summary>
    public string Folder => throw new NotImplementedException();

    /// <summary>Names of all tensors, in ordinal order.</summary>
    public IReadOnlyList<string> Names => throw new NotImplementedException();

    /// <summary>Bytes of all tensors as stored.</summary>
    public long TotalBytes => throw new NotImplementedException();

    /// <summary>True when the checkpoint has the tensor.</summary>
    public bool Contains(string name) => throw new NotImplementedException();

    /// <summary>The tensor, whatever its shape.</summary>
    /// <exception cref="HoneException">There is no such tensor.</exception>
    public StoredTensor Get(string name) => throw new NotImplementedException();

    /// <summary>The tensor of a slot.</summary>
    /// <exception cref="HoneException">It is missing, or its shape differs (both are named), or it is not floating point.</exception>
    public StoredTensor Get(TensorSlot slot) => throw new NotImplementedException();

    /// <summary>
    /// Checks that the checkpoint is a model of this spec: no tensor missing, none of another shape, none unexpected.
    /// A copy of a tied head and the rotary tables of old releases are allowed.
    /// </summary>
    /// <exception cref="HoneException">Lists what differs.</exception>
    public void RequireModel(DecoderSpec spec) => throw new NotImplementedException();

    /// <summary>Unmaps the files. Every <see cref="StoredTensor"/> of this reader is then invalid.</summary>
    public void Dispose() => throw new NotImplementedException();
}
