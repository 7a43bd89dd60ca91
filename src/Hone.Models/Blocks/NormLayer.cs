using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Models.Blocks;

/// <summary>Root-mean-square norm with its weight.</summary>
internal sealed class NormLayer(Parameter weight, float epsilon, float weightOffset)
{
    public Parameter Weight { get; } = weight;

    public void Forward(IKernels kernels, Tensor x, Tensor y, Tensor rstd) =>
        kernels.RmsNorm(x, Weight.Value, y, rstd, epsilon, weightOffset);

    public void Backward(IKernels kernels, Tensor x, Tensor rstd, Tensor dy, Tensor dx, bool accumulate) =>
        kernels.RmsNormBackward(x, Weight.Value, rstd, dy, dx, Weight.Gradient, weightOffset, accumulate);
}
