using Hone.Tensors;

namespace Hone.Kernels.Cpu;

public sealed partial class CpuKernels
{
    private readonly ThreadTeam team;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">Threads, the caller included; 0 means every core.</param>
    public CpuKernels(int threads = 0) => team = new ThreadTeam(threads == 0 ? Environment.ProcessorCount : threads);

    /// <inheritdoc/>
    public string Description => "CPU";

    /// <inheritdoc/>
    public long WorkspaceBytes => OpScratchBytes;

    /// <inheritdoc/>
    public Arena CreateArena(string name) => new(name);

    /// <inheritdoc/>
    public void Linear(Tensor x, Tensor w, Tensor y, in LinearOptions options) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void LinearBackward(Tensor x, Tensor w, Tensor dy, Tensor dx, Tensor dw, in LinearOptions options) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void MergeLowRank(Tensor w, Tensor a, Tensor b, float scale) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void LinearCrossEntropy(Tensor x, Tensor w, Tensor targets, Tensor weights, float gradientScale, Tensor logits, Tensor loss, Tensor correct, Tensor dx, Tensor dw) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Copy(Tensor x, Tensor y) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
        team.Dispose();
        DisposeOpScratch();
    }
}
