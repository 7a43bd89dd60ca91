using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>
/// AdamW with decoupled decay (Loshchilov and Hutter 2019) over a fixed list of tensors. Clipping, the update and clearing
/// the gradient are one pass over memory.
/// </summary>
public sealed class AdamWOptimizer : IDisposable
{
    private readonly IKernels kernels;
    private readonly OptimizedTensor[] tensors;
    private readonly AdamWOptions options;
    private readonly Arena moments;

    /// <summary>Allocates the moments, all zero.</summary>
    /// <param name="kernels">The device that holds the tensors.</param>
    /// <param name="tensors">What is trained: name, value and gradient (F32, dense, one shape).</param>
    /// <param name="options">Constants of the run.</param>
    public AdamWOptimizer(IKernels kernels, IEnumerable<(string Name, Tensor Value, Tensor Gradient)> tensors, AdamWOptions options)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(tensors);
        this.kernels = kernels;
        this.options = options;
        moments = kernels.CreateArena("optimizer");
        this.tensors = [.. tensors.Select(t => new OptimizedTensor(t.Name, t.Value, t.Gradient,
            moments.Allocate(t.Value.Rows, t.Value.Columns), moments.Allocate(t.Value.Rows, t.Value.Columns),
            WeightDecayRule.Decays(t.Name)))];
    }

    /// <summary>Steps done.</summary>
    public int StepCount { get; internal set; }

    /// <summary>Native bytes of the moments.</summary>
    public long Bytes => moments.ReservedBytes;

    internal IReadOnlyList<OptimizedTensor> Tensors => tensors;

    /// <summary>Length of all gradients taken as one vector; not finite when any number in them is not.</summary>
    public double GradientNorm()
    {
        // Tensor by tensor in their fixed order, so that the bits never change.
        double sum = 0;
        foreach (ref readonly var tensor in tensors.AsSpan()) sum += kernels.SumOfSquares(tensor.Gradient);
        return Math.Sqrt(sum);
    }

    /// <summary>Updates every tensor and sets its gradient to 0.</summary>
    /// <param name="learningRate">Rate of this step.</param>
    /// <param name="gradientNorm">What <see cref="GradientNorm"/> gave, to clip by.</param>
    public void Step(double learningRate, double gradientNorm)
    {
        StepCount++;
        var scale = ClipScale(gradientNorm, options.MaxGradNorm);
        foreach (ref readonly var tensor in tensors.AsSpan())
        {
            kernels.AdamW(tensor.Value, tensor.Gradient, tensor.FirstMoment, tensor.SecondMoment, new AdamWStep
            {
                LearningRate = (float)learningRate,
                Beta1 = (float)options.Beta1,
                Beta2 = (float)options.Beta2,
                Epsilon = (float)options.Epsilon,
                WeightDecay = tensor.Decays ? (float)options.WeightDecay : 0,
                Step = StepCount,
                GradientScale = scale,
                ClearGradient = true,
            });
        }
    }

    /// <inheritdoc/>
    public void Dispose() => moments.Dispose();

    /// <summary>torch.nn.utils.clip_grad_norm_: min(1, max / (norm + 1e-6)).</summary>
    internal static float ClipScale(double norm, double maxNorm) => maxNorm > 0 ? (float)Math.Min(1, maxNorm / (norm + 1e-6)) : 1;
}
