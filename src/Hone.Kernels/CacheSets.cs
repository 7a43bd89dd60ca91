namespace Hone.Kernels;

/// <summary>The sets of a first-level cache: lines whose addresses differ by a multiple of 4 KB share one, which holds 8 to 12.</summary>
public static class CacheSets
{
    private const int WayBytes = 4096;
    private const int LineFloats = 16;

    /// <summary>Whether the beginnings of rows lie in more than one set; more rows than it holds would evict each other.</summary>
    /// <param name="strideBytes">Bytes from one row to the next.</param>
    public static bool AreSpread(nint strideBytes) => strideBytes % WayBytes != 0;

    /// <summary>Elements from one row of F32 numbers to the next so that rows are spread: a line more where they would not be.</summary>
    /// <param name="columns">Elements of a row.</param>
    public static int SpreadStride(int columns) => AreSpread((nint)columns * sizeof(float)) ? columns : columns + LineFloats;
}
