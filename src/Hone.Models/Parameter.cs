using Hone.Tensors;

namespace Hone.Models;

/// <summary>One named tensor of a model or of an adapter.</summary>
public sealed class Parameter
{
    internal Parameter(string name, IReadOnlyList<int> shape, Tensor value)
    {
        Name = name;
        Shape = shape;
        Value = value;
    }

    /// <summary>
    /// Name as in a Hugging Face checkpoint, <c>model.layers.0.self_attn.q_proj.weight</c>; parts of an adapter end in
    /// <c>.lora_A.weight</c> and <c>.lora_B.weight</c>.
    /// </summary>
    public string Name { get; }

    /// <summary>Shape, outermost first; a weight is [out, in].</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The numbers: F32 when trainable, as stored when frozen. A vector is [1, n].</summary>
    public Tensor Value { get; internal set; }

    /// <summary>Gradient, F32, of the same shape; empty when frozen.</summary>
    public Tensor Gradient { get; internal set; }

    /// <summary>True when training changes it.</summary>
    public bool IsTrainable => Gradient.Count > 0;

    /// <summary>Elements.</summary>
    public long Count => Value.Count;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{string.Join(", ", Shape)}]";
}
