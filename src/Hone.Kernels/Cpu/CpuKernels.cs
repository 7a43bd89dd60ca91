using Hone.Kernels.Cpu.Gemm;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>
/// The processor as a device. One op, one file of this class. One caller at a time: threads and packing buffers are shared by
/// all ops.
/// </summary>
public sealed partial class CpuKernels : IKernels
{
    private readonly ThreadTeam team;
    private readonly Arena workspace = new("CPU kernels");
    private readonly GemmEngine gemm;
    private readonly GrowingScratch attentionScratch = new("attention blocks");
    private readonly GrowingScratch reductionScratch = new("partial sums");
    private bool disposed;

    /// <summary>Starts the threads and takes the packing buffers.</summary>
    /// <param name="threads">Threads, the caller included; 0 means every core.</param>
    public CpuKernels(int threads = 0)
        : this(threads, InstructionSets.Best)
    {
    }

    internal CpuKernels(int threads, InstructionSet instructionSet)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        team = new ThreadTeam(threads == 0 ? Environment.ProcessorCount : threads);
        gemm = new GemmEngine(team, workspace, instructionSet);
    }

    /// <inheritdoc cref="IKernels.Description"/>
    public string Description =>
        $"CPU {InstructionSets.NameOf(gemm.InstructionSet)}, {team.Count} thread{(team.Count == 1 ? "" : "s")}";

    /// <inheritdoc cref="IKernels.WorkspaceBytes"/>
    public long WorkspaceBytes => workspace.ReservedBytes + OpScratchBytes;

    /// <summary>Bytes that the ops outside the matrix products hold now.</summary>
    internal long OpScratchBytes => attentionScratch.Bytes + reductionScratch.Bytes;

    /// <inheritdoc cref="IKernels.Reserve"/>
    public unsafe void Reserve(in AttentionShape attention, int tokens, int columns)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        _ = EnsureAttentionScratch(attention);
        var shares = ShareBytes(new Attention.AttentionBlocks(attention, null), SegmentsAtOnce);
        _ = reductionScratch.Ensure(Math.Max(shares, Math.Max(NormPartialBytes(tokens, columns), SquaresBytes)));
    }

    /// <inheritdoc cref="IKernels.CreateArena"/>
    public Arena CreateArena(string name)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return new Arena(name);
    }

    /// <summary>Ends the threads and frees the packing buffers.</summary>
    public void Dispose()
    {
        disposed = true;
        team.Dispose();
        workspace.Dispose();
        attentionScratch.Dispose();
        reductionScratch.Dispose();
    }
}
