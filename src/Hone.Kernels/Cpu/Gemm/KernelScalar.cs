using System.Runtime.CompilerServices;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>No vectors: 6×16 like the AVX2 kernel, for tests and for processors that nobody thought of.</summary>
internal readonly unsafe struct KernelScalar : IMicroKernel
{
    /// <inheritdoc/>
    public static int Rows => 6;

    /// <inheritdoc/>
    public static int Columns => 16;

    /// <inheritdoc/>
    public static int PanelsPerBlock => 24;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in TileProduct tile)
    {
        var (k, cStride, addendStride) = (tile.K, tile.CStride, tile.AddendStride);
        float* a = tile.A, b = tile.B, c = tile.C, addend = tile.Addend;
        for (var i = 0; i < 6; i++)
        {
            for (var j = 0; j < 16; j++)
            {
                var sum = 0f;
                for (nint p = 0; p < k; p++) sum = MathF.FusedMultiplyAdd(a[(p * 6) + i], b[(p * 16) + j], sum);
                if (addend != null) sum += addend[(i * addendStride) + j];
                c[(i * cStride) + j] = sum;
            }
        }
    }
}
