using Hone.Kernels.Cpu;

namespace Hone.Kernels.Tests.Cpu;

public sealed unsafe class GrowingScratchTests
{
    [Fact]
    public void After_a_refused_allocation_nothing_is_held_and_the_next_one_works()
    {
        using var scratch = new GrowingScratch("test");
        Assert.True(scratch.Ensure(100) != null);
        Assert.Equal(ExitCode.Memory, Assert.Throws<HoneException>(() => scratch.Ensure(1L << 61)).ExitCode);
        Assert.Equal(0, scratch.Bytes);
        var block = (byte*)scratch.Ensure(64);
        Assert.True(block != null);
        block[63] = 1;
        Assert.Equal(64, scratch.Bytes);
    }

    [Fact]
    public void Scratch_that_is_gone_gives_no_memory()
    {
        var scratch = new GrowingScratch("test");
        scratch.Ensure(64);
        scratch.Dispose();
        Assert.Equal(0, scratch.Bytes);
        Assert.Throws<ObjectDisposedException>(() => scratch.Ensure(64));
    }
}
