using Hone.Kernels.Cpu;
using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

/// <summary>
/// Bits that were written down on a processor with AVX-512 and are the same with AVX2 and without AVX
/// (<c>DOTNET_EnableAVX512=0</c>, <c>DOTNET_EnableAVX=0</c>). Ops that call the C library's logarithm are left out.
/// </summary>
public class SameBitsTests
{
    [Fact]
    public void Every_processor_computes_the_same_bits()
    {
        using var arena = new Arena("test");
        using var cpu = new CpuKernels(2);
        const int T = 150, D = 24;
        Tensor x = arena.Allocate(T, 2 * D), k = arena.Allocate(T, D), v = arena.Allocate(T, D), w = arena.Allocate(1, D);
        Tensor y = arena.Allocate(T, 2 * D), sums = arena.Allocate(T, 2), dx = arena.Allocate(T, 2 * D), dw = arena.Allocate(1, D);
        Tensor starts = arena.Allocate(DType.I32, 1, 3);
        new[] { 0, 21, T }.CopyTo(starts.AsSpan<int>());
        cpu.FillUniform(x, -2, 2, 1, 1);
        cpu.FillUniform(k, -2, 2, 1, 2);
        cpu.FillUniform(v, -2, 2, 1, 3);
        cpu.FillUniform(w, -2, 2, 1, 4);
        var hash = 14695981039346656037ul;
        void Add(Tensor tensor)
        {
            foreach (var bits in tensor.AsSpan<uint>()) hash = (hash ^ bits) * 1099511628211ul;
        }

        cpu.RmsNorm(x, w, y, sums, 1e-5f, 0);
        Add(y);
        cpu.RmsNormBackward(x, w, sums, y, dx, dw, 0, false);
        Add(dx);
        Add(dw);
        cpu.GatedActivationBackward(x, y, dx, dx, y, Activation.GeluTanh);
        Add(dx);
        Add(y);
        cpu.Attention(x, k, v, starts, y, sums, new AttentionShape(2, 1, D, 0.25f));
        Add(y);
        Assert.Equal(0x970D71EAAFBDEul, hash ^ BitConverter.DoubleToUInt64Bits(cpu.SumOfSquares(y)));
    }

    [Fact]
    public unsafe void Every_processor_computes_the_same_softmax()
    {
        using var arena = new Arena("test");
        using var cpu = new CpuKernels(1);
        var hash = 14695981039346656037ul;
        void Add(ulong bits) => hash = (hash ^ bits) * 1099511628211ul;
        foreach (var count in (int[])[1, 7, 8, 9, 15, 16, 17, 31, 1023, 1024, 1032, 1040, 2055])
        {
            var row = arena.Allocate(1, count);
            cpu.FillUniform(row, -30, 5, 1, (ulong)count);
            var max = SoftmaxRow.Max(row.F32, count);
            Add(BitConverter.SingleToUInt32Bits(max));
            Add(BitConverter.DoubleToUInt64Bits(SoftmaxRow.SumOfExponentials(row.F32, count, max, store: false)));
            Add(BitConverter.DoubleToUInt64Bits(SoftmaxRow.SumOfExponentials(row.F32, count, max, store: true)));
            SoftmaxRow.Scale(row.F32, count, 0.3f);
            foreach (var bits in row.AsSpan<uint>()) Add(bits);
        }

        Assert.Equal(0x4F2753EA8666C353ul, hash);
    }
}
