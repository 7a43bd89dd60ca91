using System.Numerics;

namespace Hone.Kernels.Reference;

/// <summary>
/// Choosing rows. Shapes: source [T, C]; rows [S], distinct; chosen [S, C].
/// <code>
/// forward   chosen[i] = source[rows[i]]
/// backward  source[rows[i]] += chosen[i]
/// </code>
/// </summary>
internal static class ScalarRows
{
    public static void Gather<T>(ReadOnlySpan<T> source, ReadOnlySpan<int> rows, Span<T> chosen, int columns)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < rows.Length; i++) source.Slice(rows[i] * columns, columns).CopyTo(chosen.Slice(i * columns, columns));
    }

    public static void ScatterAdd<T>(ReadOnlySpan<T> chosen, ReadOnlySpan<int> rows, Span<T> source, int columns)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < rows.Length; i++)
        {
            for (var c = 0; c < columns; c++) source[rows[i] * columns + c] += chosen[i * columns + c];
        }
    }
}
