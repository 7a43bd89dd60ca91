using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>delta[t, h] = Σ dOut·out over a head. An item is some rows.</summary>
internal readonly unsafe struct AttentionDeltaJob(RowItems items, int heads, int size, Tensor output, Tensor dOutput, Tensor delta) : ITeamJob
{
    public void Execute(int item, int thread)
    {
        for (var t = items.First(item); t < items.End(item); t++)
        {
            float* a = output.F32 + (nint)t * output.Stride, b = dOutput.F32 + (nint)t * dOutput.Stride;
            for (var h = 0; h < heads; h++)
                delta.F32[(nint)t * delta.Stride + h] = CpuKernels.SumOfProducts(a + h * size, b + h * size, size);
        }
    }
}
