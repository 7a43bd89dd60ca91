using System.Numerics;

namespace Hone.Kernels.Reference;

/// <summary>
/// Embedding. Shapes: table, dtable [V, C]; ids [T]; y, dy [T, C].
/// <code>
/// forward   y[t] = table[ids[t]]·scale
/// backward  dtable[ids[t]] += dy[t]·scale, t ascending
/// </code>
/// </summary>
internal static class ScalarEmbedding
{
    public static void Forward<T>(ReadOnlySpan<T> table, ReadOnlySpan<int> ids, Span<T> y, T scale, int columns)
        where T : IFloatingPointIeee754<T>
    {
        for (var t = 0; t < ids.Length; t++)
        {
            for (var c = 0; c < columns; c++) y[t * columns + c] = table[ids[t] * columns + c] * scale;
        }
    }

    public static void Backward<T>(ReadOnlySpan<T> dy, ReadOnlySpan<int> ids, Span<T> dtable, T scale, int columns)
        where T : IFloatingPointIeee754<T>
    {
        for (var t = 0; t < ids.Length; t++)
        {
            for (var c = 0; c < columns; c++) dtable[ids[t] * columns + c] += dy[t * columns + c] * scale;
        }
    }
}
