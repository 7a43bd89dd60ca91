namespace Hone.Models;

/// <summary>What a tensor of a checkpoint is for.</summary>
public enum TensorKind
{
    /// <summary>Token embedding [vocabulary, hidden]; also the output head when the two are tied.</summary>
    Embedding,

    /// <summary>Matrix of a linear layer inside a block [out, in].</summary>
    Linear,

    /// <summary>Bias of a linear layer [out].</summary>
    Bias,

    /// <summary>Weight of a norm.</summary>
    Norm,

    /// <summary>Output head [vocabulary, hidden], when it is not tied to the embedding.</summary>
    Head,
}
