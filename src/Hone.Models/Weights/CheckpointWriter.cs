namespace Hone.Models.Weights;

/// <summary>Writes the weights of a model folder as Hugging Face does: same names, same order, same shards.</summary>
public static class CheckpointWriter
{
    /// <summary>Shards are cut so that none has more bytes of tensors than this, unless one tensor alone has.</summary>
    public const long DefaultMaxShardBytes = 5_000_000_000;

    /// <summary>
    /// Writes <c>model.safetensors</c>, or shards and an index. Each file is written aside, synced and renamed. Weight files
    /// of an earlier save that don't belong to this one are removed at the end.
    /// </summary>
    /// <param name="folder">Created when missing.</param>
    /// <param name="tensors">In the order of <see cref="DecoderSpec.Tensors"/>, which decides the shards.</param>
    /// <param name="maxShardBytes">Where to cut.</param>
    /// <returns>Names of the files written.</returns>
    /// <exception cref="HoneException">A file can't be written; the file of that name that was there before is unharmed.</exception>
    public static IReadOnlyList<string> Save(string folder, IReadOnlyList<TensorToWrite> tensors, long maxShardBytes = DefaultMaxShardBytes) =>
        throw new NotImplementedException();

    /// <summary>
    /// Copies configuration, tokenizer, template and licence files from one model folder to another, never weights.
    /// </summary>
    /// <returns>Names of the files copied, in ordinal order.</returns>
    public static IReadOnlyList<string> CopySideFiles(string fromFolder, string toFolder) => throw new NotImplementedException();
}
