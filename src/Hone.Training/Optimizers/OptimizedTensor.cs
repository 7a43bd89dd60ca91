using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>One trained tensor with what the optimizer keeps for it. All F32, of one shape.</summary>
internal readonly record struct OptimizedTensor(
    string Name, Tensor Value, Tensor Gradient, Tensor FirstMoment, Tensor SecondMoment, bool Decays);
