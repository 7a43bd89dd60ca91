using System.Numerics;
using Hone.Tensors;

namespace Hone.Kernels.Reference;

/// <summary>
/// The low-rank part of a linear layer. Shapes: x, dx [T, K]; a, da [r, K]; b, db [N, r]; y, dy [T, N]; u [T, r].
/// <code>
/// forward   u = D(x)·aᵀ      y += s·u·bᵀ
/// backward  du = s·dy·b      dx += D(du·a)     da += duᵀ·D(x)     db += s·dyᵀ·u
/// merge     w += s·b·a
/// </code>
/// D multiplies element i by 0 or 1/(1 − p); it is linear, so its own gradient is D again.
/// </summary>
internal static class ScalarLowRank
{
    public static void Forward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<T> b, T scale, Dropout dropout, Span<T> u, Span<T> y,
        int rows, int inputs, int outputs, int rank)
        where T : IFloatingPointIeee754<T>
    {
        for (var t = 0; t < rows; t++)
        {
            for (var j = 0; j < rank; j++)
            {
                var sum = T.Zero;
                for (var k = 0; k < inputs; k++) sum += x[t * inputs + k] * Keep<T>(dropout, t * inputs + k) * a[j * inputs + k];
                u[t * rank + j] = sum;
            }

            for (var n = 0; n < outputs; n++)
            {
                var sum = T.Zero;
                for (var j = 0; j < rank; j++) sum += u[t * rank + j] * b[n * rank + j];
                y[t * outputs + n] += scale * sum;
            }
        }
    }

    public static void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<T> b, T scale, Dropout dropout, ReadOnlySpan<T> u,
        ReadOnlySpan<T> dy, Span<T> dx, Span<T> da, Span<T> db, int rows, int inputs, int outputs, int rank)
        where T : IFloatingPointIeee754<T>
    {
        for (var t = 0; t < rows; t++)
        {
            for (var j = 0; j < rank; j++)
            {
                var du = T.Zero;
                for (var n = 0; n < outputs; n++)
                {
                    var d = scale * dy[t * outputs + n];
                    du += d * b[n * rank + j];
                    if (!db.IsEmpty) db[n * rank + j] += d * u[t * rank + j];
                }

                for (var k = 0; k < inputs; k++)
                {
                    var keep = Keep<T>(dropout, t * inputs + k);
                    if (!dx.IsEmpty) dx[t * inputs + k] += keep * du * a[j * inputs + k];
                    if (!da.IsEmpty) da[j * inputs + k] += keep * du * x[t * inputs + k];
                }
            }
        }
    }

    public static void Merge<T>(Span<T> w, ReadOnlySpan<T> a, ReadOnlySpan<T> b, T scale, int inputs, int outputs, int rank)
        where T : IFloatingPointIeee754<T>
    {
        for (var n = 0; n < outputs; n++)
        {
            for (var k = 0; k < inputs; k++)
            {
                var sum = T.Zero;
                for (var j = 0; j < rank; j++) sum += b[n * rank + j] * a[j * inputs + k];
                w[n * inputs + k] += scale * sum;
            }
        }
    }

    /// <summary>What dropout multiplies element <paramref name="index"/> by.</summary>
    public static T Keep<T>(Dropout dropout, long index)
        where T : IFloatingPointIeee754<T>
    {
        if (!dropout.IsOn) return T.One;
        var kept = CounterRandom.UInt32(dropout.Seed, dropout.Stream, (ulong)index) >= dropout.Probability * 4294967296.0;
        return kept ? T.One / (T.One - T.CreateChecked(dropout.Probability)) : T.Zero;
    }
}
