namespace Hone.Kernels.Cpu.Gemm;

/// <summary>The sets of a first-level cache: lines whose addresses differ by a multiple of 4 KB share one, which holds 8 to 12.</summary>
internal static class CacheSets
{
    private const nint WayBytes = 4096;

    /// <summary>Whether the beginnings of rows lie in more than one set; more rows than it holds would evict each other.</summary>
    /// <param name="strideBytes">Bytes from one row to the next.</param>
    public static bool AreSpread(nint strideBytes) => strideBytes % WayBytes != 0;
}
