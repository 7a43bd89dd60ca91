using System.Runtime.Intrinsics;
using Hone.Kernels.Cpu;
using Hone.Kernels.Cpu.Gemm;
using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

/// <summary>Products of one row, as decoding has them, with and without vectors of 512 bits.</summary>
public unsafe class ThinProductTests
{
    public static TheoryData<int, int, DType> Shapes()
    {
        var data = new TheoryData<int, int, DType>();
        // Rows: none for eight streams, one and several for each, a remainder, and more than one item. Columns: with tails behind 8 and 32.
        foreach (var n in (int[])[1, 7, 8, 9, 63, 130, 1100])
            foreach (var k in (int[])[1, 31, 32, 45, 200, 4873])
                foreach (var type in (DType[])[DType.F32, DType.BF16, DType.F16]) data.Add(n, k, type);
        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Wide_vectors_give_the_bits_of_narrow_ones(int n, int k, DType type)
    {
        Assert.SkipUnless(Vector512.IsHardwareAccelerated, "This processor has no vectors of 512 bits.");
        using var kernels = new CpuKernels(1);
        using var arena = new Arena("test");
        var (x, bias, residual) = (arena.Allocate(1, k), arena.Allocate(1, n), arena.Allocate(1, n));
        var (all, values) = (arena.Allocate(type, n, k + 3), arena.Allocate(n, k + 3));
        foreach (var (tensor, stream) in (ReadOnlySpan<(Tensor, ulong)>)[(x, 1), (bias, 2), (residual, 3), (values, 4)]) kernels.FillUniform(tensor, -1, 1, 1, stream);
        kernels.Copy(values, all);
        var (wide, narrow) = (arena.Allocate(1, n), arena.Allocate(1, n));
        foreach (var (c, isNarrow) in (ReadOnlySpan<(Tensor, bool)>)[(wide, false), (narrow, true)])
        {
            var job = new ThinProductJob
            {
                Term = new GemmTerm { Left = x.F32, LeftStride = k, Right = all.Data, RightType = type, RightStride = all.Stride, K = k, Factor = 0.75f },
                M = 1,
                N = n,
                C = c.F32,
                CStride = n,
                Residual = residual.F32,
                ResidualStride = n,
                Bias = bias.F32,
                Narrow = isNarrow,
            };
            for (var item = 0; item < job.Items; item++) job.Execute(item, 0);
        }

        Assert.True(wide.AsSpan<uint>().SequenceEqual(narrow.AsSpan<uint>()));
        Assert.Contains(narrow.AsSpan<float>().ToArray(), y => y != 0);
    }
}
