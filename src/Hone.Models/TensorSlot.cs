namespace Hone.Models;

/// <summary>One tensor that a model of some spec has: its name in the checkpoint and its shape.</summary>
/// <param name="Name">Hugging Face name, such as <c>model.layers.0.self_attn.q_proj.weight</c>.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Layer">Block number from 0, or -1 outside the blocks.</param>
/// <param name="Shape">[out, in] of a matrix, [n] of a vector.</param>
public sealed record TensorSlot(string Name, TensorKind Kind, int Layer, IReadOnlyList<long> Shape)
{
    /// <summary>Elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, n) => product * n);

    /// <summary>The name of the module that owns the tensor: the name without <c>.weight</c> or <c>.bias</c>.</summary>
    public string ModulePath => Name[..Name.LastIndexOf('.')];
}
