namespace Hone.Kernels.Cpu;

/// <summary>
/// The processor as a device: every op of the seam with vectors of fixed logical lanes over a team of threads. One op, one file.
/// </summary>
public sealed partial class CpuKernels : IKernels
{
    private readonly GrowingScratch attentionScratch = new("attention blocks");
    private readonly GrowingScratch reductionScratch = new("partial sums");

    /// <summary>Bytes that the ops outside the matrix products hold now.</summary>
    internal long OpScratchBytes => attentionScratch.Bytes + reductionScratch.Bytes;

    private void DisposeOpScratch()
    {
        attentionScratch.Dispose();
        reductionScratch.Dispose();
    }
}
