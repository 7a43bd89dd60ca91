using Hone.Models.Weights;
using Hone.Tensors;

namespace Hone.Models.Adapters;

/// <summary>
/// A PEFT adapter folder: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>. Keys are
/// <c>base_model.model.</c> + module path + <c>.lora_A.weight</c> [r, in] or <c>.lora_B.weight</c> [out, r].
/// </summary>
public sealed class PeftAdapterFile : IDisposable
{
    /// <summary>Opens an adapter; its tensors stay mapped until <see cref="Dispose"/>.</summary>
    /// <exception cref="HoneException">Missing or broken files, half an adapter, ranks that disagree, or a feature that Hone can't load, by name.</exception>
    public static PeftAdapterFile Read(string folder) => throw new NotImplementedException();

    /// <summary>The configuration.</summary>
    public PeftConfig Config => throw new NotImplementedException();

    /// <summary>Module paths in ordinal order → A [r, in] and B [out, r].</summary>
    public IReadOnlyDictionary<string, (StoredTensor A, StoredTensor B)> Modules => throw new NotImplementedException();

    /// <summary>
    /// Checks that the adapter fits the model: the modules that its configuration targets, no more and no fewer, with the right shapes.
    /// </summary>
    /// <exception cref="HoneException">Names the modules or shapes that differ.</exception>
    public void RequireFits(DecoderSpec spec) => throw new NotImplementedException();

    /// <summary>Writes an adapter folder, each file aside, synced and renamed.</summary>
    /// <param name="folder">Created when missing.</param>
    /// <param name="config">The configuration; a target must be set.</param>
    /// <param name="modules">Module path, A [r, in], B [out, r].</param>
    /// <param name="type">Element type in the file.</param>
    public static void Write(
        string folder, PeftConfig config, IEnumerable<(string Module, Tensor A, Tensor B)> modules, DType type = DType.F32) =>
        throw new NotImplementedException();

    /// <summary>Unmaps the file. Its tensors are then invalid.</summary>
    public void Dispose() => throw new NotImplementedException();
}
