using Hone.Kernels.Cpu;
using Hone.Kernels.Cpu.Gemm;

namespace Hone.Kernels.Tests.Cpu;

public sealed class CpuKernelsTests
{
    [Fact]
    public void The_description_names_instructions_and_threads()
    {
        using var one = new CpuKernels(1, InstructionSet.Scalar);
        using var two = new CpuKernels(2, InstructionSet.Vector256);
        Assert.Equal("CPU scalar, 1 thread", one.Description);
        Assert.Equal("CPU AVX2, 2 threads", two.Description);
    }

    [Fact]
    public void The_workspace_does_not_grow_with_use()
    {
        using var kernels = new CpuKernels(2);
        var before = kernels.WorkspaceBytes;
        using var data = new LowRankData(300, 200, 700, 16, 0.1f, Tensors.DType.F32);
        data.Run(kernels);
        Assert.True(before > 0);
        Assert.Equal(before, kernels.WorkspaceBytes);
    }

    [Fact]
    public void Ops_of_a_device_that_is_gone_are_refused()
    {
        var kernels = new CpuKernels(1);
        using var data = new LowRankData(30, 20, 70, 4, 0, Tensors.DType.F32);
        kernels.Dispose();
        Assert.Throws<ObjectDisposedException>(() => data.Run(kernels));
    }

    [Fact]
    public void Peaks_are_measured_and_finite()
    {
        // A processor without fused multiply-add reaches less than 0.1 GFLOP/s with them.
        Assert.InRange(MachinePeak.MeasureGigaflops(1), 0.001, 1e5);
        Assert.InRange(MachinePeak.MeasureBandwidth(2), 0.001, 1e5);
    }
}
